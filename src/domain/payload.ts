/** Reading members of a payload that operators name by path. */

import { Option, Schema } from "effect"

import { type Instant, InstantInput } from "#schemas/Instant.ts"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** What is at the dotted path; `undefined` where a step is missing. Own members only. */
export const memberAt = (payload: unknown, path: string): unknown => {
  let value = payload
  for (const name of path.split(".")) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** A text, a whole number or a list of such, as texts. */
export const readTexts = (value: unknown): Option.Option<ReadonlyArray<string>> => {
  const values = Array.isArray(value) ? value : [value]
  const texts = values.map((one: unknown) =>
    typeof one === "number" && Number.isSafeInteger(one) ? String(one) : one
  )
  return texts.every((text) => typeof text === "string") ? Option.some(texts) : Option.none()
}

const decodeInstant = Schema.decodeUnknownOption(InstantInput)

export const readInstant = (value: unknown): Option.Option<Instant> => decodeInstant(value)
