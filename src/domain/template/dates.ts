/** The filter `date`: an instant or a day, in the reader's language and time zone. */

import { Result } from "effect"

import { type Filter, type Prepare } from "./Filter.ts"
import { dateStyles, type Environment, inStyle, wallClock } from "./formatters.ts"

/** RFC 3339: a full-date, or a date-time with its offset. */
const day = /^\d{4}-\d\d-\d\d$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i

type WriteDate = (epochMillis: number, environment: Environment) => string

/** What is no date stays as it is. A day without a time is the same day everywhere. */
const dateFilter =
  (write: WriteDate): Filter =>
  (text, environment) => {
    const isDay = day.test(text)
    const epochMillis = isDay || instant.test(text) ? Date.parse(text) : Number.NaN
    if (Number.isNaN(epochMillis)) return text
    return write(epochMillis, isDay ? { ...environment, timezone: "UTC" } : environment)
  }

/** Letters of Unicode TR 35 that are digits. Words (`MMMM`) are left to the styles, which know each language's grammar. */
const parts: ReadonlyMap<string, string> = new Map([
  ["yyyy", "year"],
  ["MM", "month"],
  ["M", "month"],
  ["dd", "day"],
  ["d", "day"],
  ["HH", "hour"],
  ["H", "hour"],
  ["mm", "minute"],
  ["ss", "second"]
])

const sameLetters = /(\p{L})\1*/gu

const isPattern = (text: string): boolean =>
  text.match(sameLetters)?.every((letters) => parts.has(letters)) === true

const byPattern =
  (text: string): WriteDate =>
  (epochMillis, environment) => {
    const clock = wallClock(epochMillis, environment)
    return text.replaceAll(sameLetters, (letters) => {
      const digits = String(clock.get(String(parts.get(letters))))
      return letters.length === 1 ? String(Number(digits)) : digits
    })
  }

/** `'medium'` where there is no argument. */
export const prepareDate: Prepare = (argument = "medium") => {
  const style = dateStyles.find((known) => known === argument)
  if (style !== undefined)
    return Result.succeed(dateFilter((epochMillis, environment) => inStyle(style, epochMillis, environment)))
  const text = argument === "iso" ? "yyyy-MM-dd" : String(argument)
  return isPattern(text)
    ? Result.succeed(dateFilter(byPattern(text)))
    : Result.fail(
        "takes 'short', 'medium', 'long', 'full', 'iso', or a pattern of yyyy, MM, M, dd, d, HH, H, mm, ss and signs"
      )
}
