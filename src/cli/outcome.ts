/** How a command ends: 0 done, 1 failed, 2 wrong use; and what it says then. */

import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as Config from "effect/Config"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import * as SchemaIssue from "effect/SchemaIssue"

const isHelp = (error: unknown): error is CliError.ShowHelp =>
  CliError.isCliError(error) && error._tag === "ShowHelp"

export const exitCode = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 0
  const error = Cause.squash(exit.cause)
  if (isHelp(error)) return error.errors.length > 0 ? 2 : 0
  return Runtime.getErrorExitCode(error)
}

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** A variable that is there is a string. */
const wordsOf = (message: string): string => (message === "Expected string" ? "is not set" : message)

/** A line for each wrong variable. */
const textOfConfig = ({ cause }: Config.ConfigError): string =>
  cause._tag === "SourceError"
    ? cause.message
    : issuesOf(cause.issue)
        .issues.map(({ message, path = [] }) => `${path.map(String).join("_")}: ${wordsOf(message)}`)
        .join("\n")

/** An error that says nothing itself is known by its name and members. */
const textOf = (error: Error): string =>
  error.message === "" ? `${error.name} ${JSON.stringify(error)}` : error.message

/**
 * For the person at the terminal: what failed, without a stack where it was foreseen; a mistake of ours with
 * all that is known. Empty where it was said before.
 */
export const explain = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (isHelp(error) || Cause.hasInterruptsOnly(cause)) return ""
  if (error instanceof Config.ConfigError) return textOfConfig(error)
  return Cause.hasDies(cause) || !(error instanceof Error) ? Cause.pretty(cause) : textOf(error)
}
