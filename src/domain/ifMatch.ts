/** Versions as entity tags: `"3"`, so that two who change one thing at once notice. */

/** As in the header `ETag`. */
export const entityTag = (version: number): string => `"${version}"`

/**
 * Whether the header `If-Match` lets this version be changed; where there is no header, it does. `*` is any version; a weak
 * tag is none.
 *
 * Source: RFC 9110, section 13.1.1.
 */
export const admits = (ifMatch: string | undefined, version: number): boolean => {
  if (ifMatch === undefined) return true
  const tags = new Set(ifMatch.split(",").map((tag) => tag.trim()))
  return tags.has("*") || tags.has(entityTag(version))
}
