/** Values as the template language sees them: own data of JSON, and nothing of JavaScript. */

const index = /^\d{1,9}$/

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

/**
 * The member of this name, or undefined. Own data only: what is inherited, a getter, an array's
 * `length` and whatever a function or a text carries are no members.
 */
const member = (value: unknown, name: string): unknown =>
  isObject(value) && (!Array.isArray(value) || index.test(name))
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined

/** What the segments lead to; undefined where they lead nowhere. The value itself for no segments. */
export const follow = (value: unknown, segments: ReadonlyArray<string>): unknown => {
  let found = value
  for (const segment of segments) found = member(found, segment)
  return found
}

/** A list is its texts, joined by a comma; an object, a function and what is missing are empty. */
export const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(scalarText).filter(Boolean).join(", ")
  return scalarText(value)
}

const scalarText = (value: unknown): string => {
  if (typeof value === "string") return value
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : ""
  return typeof value === "boolean" ? String(value) : ""
}

/** False for what is missing, null, false, 0, an empty text and an empty list. */
export const isTruthy = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : Boolean(value)

/** Scalars are equal where their texts are, and a missing one is empty; lists and objects equal nothing. */
export const isEqual = (left: unknown, right: unknown): boolean =>
  !isObject(left) && !isObject(right) && scalarText(left) === scalarText(right)

/** By number where both are numbers or read as such, else by text; what is missing is neither less nor more. */
export const isLess = (left: unknown, right: unknown): boolean => {
  const [leftText, rightText] = [scalarText(left), scalarText(right)]
  if (leftText === "" || rightText === "") return false
  const [leftNumber, rightNumber] = [Number(leftText), Number(rightText)]
  return Number.isNaN(leftNumber) || Number.isNaN(rightNumber)
    ? leftText < rightText
    : leftNumber < rightNumber
}
