/** Which template a reader gets: theirs, else that of their language, else the default's. */

import { defaultLocale } from "./compose.ts"

/**
 * One spelling for what compares equal (RFC 5646, section 2.1.1): `DE-at` and `de_AT` are `de-AT`, `ZH-hant` is `zh-Hant`.
 */
export const canonicalLocale = (text: string): string =>
  text
    .trim()
    .split(/[-_]/)
    .map((part, index) => {
      const lower = part.toLowerCase()
      if (index === 0) return lower
      if (part.length === 2) return part.toUpperCase()
      return part.length === 4 ? lower.charAt(0).toUpperCase() + lower.slice(1) : lower
    })
    .join("-")

/**
 * The locales whose template will do, the best first, each once: `de-AT`, `de`, `en`. Never empty; what is no locale at
 * all leaves the default.
 */
export const localeFallbacks = (locale: string): ReadonlyArray<string> => {
  const parts = canonicalLocale(locale)
    .split("-")
    .filter((part) => part !== "")
  const shorter = parts.map((_, index) => parts.slice(0, parts.length - index).join("-"))
  return [...new Set([...shorter, defaultLocale])]
}
