/** The filters of the template language: `{{path | filter: 'argument'}}`. Text in, text out. */

import { Result } from "effect"

import { prepareDate } from "./dates.ts"
import { type Filter, type Literal, type Prepare } from "./Filter.ts"
import { localeOf, numberWriter } from "./formatters.ts"

const plain =
  (filter: Filter): Prepare =>
  (argument) =>
    argument === undefined ? Result.succeed(filter) : Result.fail("takes no argument")

const capitalize: Filter = (text, environment) => {
  const [first = ""] = text
  return first.toLocaleUpperCase(localeOf(environment)) + text.slice(first.length)
}

const prepareDefault: Prepare = (argument) =>
  argument === undefined
    ? Result.fail("needs the text to write where there is none: default: 'text'")
    : Result.succeed((text) => (text === "" ? String(argument) : text))

/** At most so many characters (code points), the last one an ellipsis where something was left out. */
const truncateTo =
  (length: number): Filter =>
  (text) => {
    if (text.length <= length) return text
    const characters = Array.from(text.slice(0, 2 * length + 2))
    return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`
  }

const prepareTruncate: Prepare = (argument) => {
  const length = Number(argument)
  return Number.isSafeInteger(length) && length >= 1 && length <= 10_000
    ? Result.succeed(truncateTo(length))
    : Result.fail("needs a length of 1 to 10000 characters: truncate: 80")
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i

/** What is no number stays as it is. */
const numberFilter = (options: Intl.NumberFormatOptions): Filter => {
  const write = numberWriter(options)
  return (text, environment) => (decimal.test(text) ? write(Number(text), environment) : text)
}

const currencies = new Set(Intl.supportedValuesOf("currency"))

const fractionDigits = /^(?:\d|1\d|20)$/

/** Made once for each argument: formatters are kept in them. */
const numberFilters = new Map<string, Filter>([
  ["", numberFilter({})],
  ["percent", numberFilter({ style: "percent", maximumFractionDigits: 2 })]
])

const numberOptions = (argument: string): Intl.NumberFormatOptions | undefined => {
  if (currencies.has(argument)) return { style: "currency", currency: argument }
  if (!fractionDigits.test(argument)) return undefined
  return { minimumFractionDigits: Number(argument), maximumFractionDigits: Number(argument) }
}

const prepareNumber: Prepare = (argument) => {
  const key = String(argument ?? "")
  const known = numberFilters.get(key)
  if (known !== undefined) return Result.succeed(known)
  const options = numberOptions(key)
  if (options === undefined)
    return Result.fail("takes the digits after the point (0 to 20), 'percent', or a currency such as 'EUR'")
  const filter = numberFilter(options)
  numberFilters.set(key, filter)
  return Result.succeed(filter)
}

const link = /^(?:https?:\/\/|mailto:)\S+$/i

/**
 * A link that stays as it is: link tracking rewrites no `href` written through this filter. What is
 * no `http`, `https` or `mailto` address is left out.
 */
const rawLink: Filter = (text) => {
  const address = text.trim()
  return link.test(address) && URL.canParse(address) ? address : ""
}

const filters: ReadonlyMap<string, Prepare> = new Map([
  ["upper", plain((text, environment) => text.toLocaleUpperCase(localeOf(environment)))],
  ["lower", plain((text, environment) => text.toLocaleLowerCase(localeOf(environment)))],
  ["capitalize", plain(capitalize)],
  ["default", prepareDefault],
  ["date", prepareDate],
  ["number", prepareNumber],
  ["truncate", prepareTruncate],
  ["raw_link", plain(rawLink)]
])

/** Fails with what is wrong with the name or the argument. */
export const prepareFilter = (name: string, argument: Literal | undefined): Result.Result<Filter, string> => {
  const prepare = filters.get(name)
  return prepare === undefined
    ? Result.fail(`there is no filter ${name}: there are ${[...filters.keys()].join(", ")}`)
    : Result.mapError(prepare(argument), (message) => `the filter ${name} ${message}`)
}
