/** An instant as Postgres writes it, as the 24 characters of `Instant`. */

import { DateTime } from "effect"

/** Of a session in UTC, with up to three digits of a second. */
const utc = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?\+00$/

/** Rows have several of them: most are put together from their parts, which needs no calendar. Finer digits are cut off. */
export const readInstant = (text: string): string => {
  const [, day, time, fraction = ""] = utc.exec(text) ?? []
  return day === undefined || time === undefined
    ? DateTime.formatIso(DateTime.makeUnsafe(text))
    : `${day}T${time}.${fraction.padEnd(3, "0")}Z`
}
