/** The same text for the same JSON, whatever the order of its members: what two bodies are compared by. */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/**
 * Members sorted by code units, no white space. For values that came from JSON: at most 64 deep, since it recurses.
 *
 * Source: RFC 8785, as far as comparing needs it.
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`)
  return `{${members.join(",")}}`
}
