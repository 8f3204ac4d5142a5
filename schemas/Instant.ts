/**
 * An instant inside Carillon: RFC 3339 in UTC with milliseconds, always the same 24 characters, so two
 * of them compare as text (`a < b` means earlier) and nothing is parsed to decide. What callers send
 * (any offset, any fraction) becomes one in `InstantInput`. Of the years 1970 to 9999: ids begin with one,
 * and Postgres knows no year 0.
 */

import { DateTime, Option, Schema, SchemaGetter } from "effect"

export const Instant = Schema.String.check(
  Schema.isPattern(
    /^(19[7-9]\d|[2-9]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/,
    { message: "expected an instant of the years 1970 to 9999" }
  )
).pipe(Schema.brand("Instant"))
export type Instant = typeof Instant.Type

const expected = "expected an RFC 3339 instant with an offset, like 2026-11-21T12:00:00Z"

const rfc3339 =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** The day must exist: February 30 would be read as March 2. */
const isRealDay = (text: string): boolean => {
  const day = text.slice(0, 10)
  return Option.exists(DateTime.make(`${day}T00:00:00Z`), (read) => DateTime.formatIso(read).startsWith(day))
}

/** What callers write: an offset is required; digits after the millisecond are dropped. */
export const InstantInput = Schema.String.check(
  Schema.isPattern(rfc3339, { message: expected }),
  Schema.makeFilter((text: string) => isRealDay(text) || expected)
).pipe(
  Schema.decodeTo(Instant, {
    decode: SchemaGetter.transform((text: string) =>
      DateTime.formatIso(DateTime.makeUnsafe(text.toUpperCase()))
    ),
    encode: SchemaGetter.passthrough()
  })
)

/** As answers write it: the fraction is omitted where it is zero. */
export const shorten = (instant: string): string => instant.replace(/\.000Z$/, "Z")
