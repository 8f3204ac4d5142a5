/** Dates and numbers in the reader's language, by ICU; kept, since making a formatter takes 30 µs and using it one. */

import { Result } from "effect"

/** Whom a text is written for. What ICU does not know is read as `en` and as `UTC`. */
export interface Environment {
  /** BCP 47; `_` is read as `-`. */
  readonly locale: string
  /** IANA. */
  readonly timezone: string
}

/** Several times what a busy installation uses: locales × time zones × styles. */
const maxKept = 2000

/** Remembers what was made for a key; starts afresh when full. */
const keep = <A>(make: (key: string) => A): ((key: string) => A) => {
  const kept = new Map<string, A>()
  return (key) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make(key)
    if (kept.size >= maxKept) kept.clear()
    kept.set(key, made)
    return made
  }
}

const knownLocale = keep((text) =>
  Result.getOrElse(
    Result.try(() => new Intl.Locale(text.replaceAll("_", "-")).toString()),
    () => "en"
  )
)

const knownZone = keep((timeZone) =>
  Result.getOrElse(
    Result.try(() => new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone),
    () => "UTC"
  )
)

/** For the case of letters, which differs in Turkish and some others. */
export const localeOf = ({ locale }: Environment): string => knownLocale(locale)

/** Neither a locale nor a zone has a space. */
const separator = " "

export const dateStyles = ["short", "medium", "long", "full"] as const
export type DateStyle = (typeof dateStyles)[number]

const styled = (dateStyle: DateStyle) =>
  keep((key) => {
    const [locale = "", timeZone = ""] = key.split(separator)
    return new Intl.DateTimeFormat(locale, { dateStyle, timeZone })
  })

const styledBy: Readonly<Record<DateStyle, ReturnType<typeof styled>>> = {
  short: styled("short"),
  medium: styled("medium"),
  long: styled("long"),
  full: styled("full")
}

export const inStyle = (style: DateStyle, epochMillis: number, environment: Environment): string =>
  styledBy[style](`${localeOf(environment)}${separator}${knownZone(environment.timezone)}`).format(
    epochMillis
  )

const clocks = keep(
  (timeZone) =>
    new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit"
    })
)

/** The wall clock there, each part as digits, padded to two; the year to four. */
export const wallClock = (epochMillis: number, { timezone }: Environment): ReadonlyMap<string, string> =>
  new Map(
    clocks(knownZone(timezone))
      .formatToParts(epochMillis)
      .map(({ type, value }) => [type, type === "year" ? value.padStart(4, "0") : value])
  )

const inNumbers = (options: Intl.NumberFormatOptions) =>
  keep((locale) => new Intl.NumberFormat(locale, options))

/** A writer of numbers with these options, in the reader's language. */
export const numberWriter = (options: Intl.NumberFormatOptions) => {
  const formatter = inNumbers(options)
  return (value: number, environment: Environment): string => formatter(localeOf(environment)).format(value)
}
