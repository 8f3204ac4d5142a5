/** How lists are asked for and answered. */

import { Schema, SchemaGetter } from "effect"

/** A whole number in a query. */
const whole = (minimum: number, maximum: number) => {
  const expected = `expected a whole number from ${minimum} to ${maximum}`
  const Digits = Schema.String.check(Schema.isPattern(/^\d{1,9}$/, { message: expected }))
  const Range = Schema.Int.check(Schema.isBetween({ minimum, maximum }, { message: expected }))
  return Digits.pipe(
    Schema.decodeTo(Range, {
      decode: SchemaGetter.transform(Number),
      encode: SchemaGetter.transform(String)
    })
  )
}

/** Items of one page, 1–100. */
export const Limit = whole(1, 100)

export const defaultLimit = 20

/** Items that are skipped. What lies further in is reached by cursor or filter. */
export const Offset = whole(0, 100_000_000)

/** Where a page ended; opaque. */
export const Cursor = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]{1,200}$/, { message: "expected the next_cursor of an earlier answer" })
)

export const pageQuery = {
  limit: Schema.optionalKey(Limit),
  offset: Schema.optionalKey(Offset)
}

export const cursorQuery = { ...pageQuery, cursor: Schema.optionalKey(Cursor) }

/** Beside the items, under the resource's own name. */
export const pageMembers = {
  total: Schema.Int,
  limit: Schema.Int,
  offset: Schema.Int,
  has_more: Schema.Boolean
}

export const cursorMembers = {
  ...pageMembers,
  /** True where `total` is the cap of 10,000 and there are more. */
  total_capped: Schema.optionalKey(Schema.Boolean),
  /** Null on the last page. */
  next_cursor: Schema.NullOr(Schema.String)
}
