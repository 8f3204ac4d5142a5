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

/** The parts a pattern is made of; Unicode TR 35's letters. Words (`MMMM`) are left to the styles, which know each language's grammar. */
const part = /yyyy|MM|M|dd|d|HH|H|mm|ss/g
const sameLetters = /(\p{L})\1*/gu

const partNames: Readonly<Record<string, string>> = {
  yyyy: "year",
  MM: "month",
  M: "month",
  dd: "day",
  d: "day",
  HH: "hour",
  H: "hour",
  mm: "minute",
  ss: "second"
}

const isPattern = (text: string): boolean =>
  text !== "" && (text.match(sameLetters) ?? []).every((letters) => Object.hasOwn(partNames, letters))

const byPattern =
  (text: string): WriteDate =>
  (epochMillis, environment) => {
    const clock = wallClock(epochMillis, environment)
    return text.replace(part, (letters) => {
      const digits = clock.get(partNames[letters] ?? "") ?? ""
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
