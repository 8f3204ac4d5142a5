/** The kind of a JSON value, as problems name what came. */

const kinds: Readonly<Record<string, string>> = { undefined: "nothing", bigint: "number" }

/** `number`, `string`, `boolean`, `null`, `array`, `object`, or `nothing` for what is absent. */
export const kindOf = (value: unknown): string => {
  if (value === null) return "null"
  if (Array.isArray(value)) return "array"
  return kinds[typeof value] ?? typeof value
}
