/** What a person is told of a log entry: only what went wrong, in one line. */

import * as Cause from "effect/Cause"
import type * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"

const textOf = (message: unknown): string => (message instanceof Error ? message.message : String(message))

/** A message is what was given to the logger, as a list where it was more than one thing. */
const partsOf = (message: unknown): ReadonlyArray<unknown> => (Array.isArray(message) ? message : [message])

/** None for what is less than a warning. Of the fields that it carries nothing: they are in the log. */
export const shortLine = ({ cause, logLevel, message }: Logger.Options<unknown>): string | undefined => {
  if (!LogLevel.isGreaterThanOrEqualTo(logLevel, "Warn")) return undefined
  const [said = "", ...more] = partsOf(message)
  const errors = [...more.filter((part) => part instanceof Error), ...Cause.prettyErrors(cause)]
  const why = errors.map(textOf).filter((text) => text !== "")
  return [`${logLevel.toLowerCase()}: ${textOf(said)}`, ...new Set(why)]
    .join(": ")
    .replaceAll(/\s*\n\s*/g, " ")
}
