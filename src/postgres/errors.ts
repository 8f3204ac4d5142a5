/** What can go wrong between us and Postgres, told apart by whether repeating can help. */

import { Schema } from "effect"

/** No answer, or not from a server that is up: nothing was written, or no one knows. Safe to repeat what is idempotent. */
export class PostgresUnreachable extends Schema.TaggedError<PostgresUnreachable>()("PostgresUnreachable", {
  code: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `Postgres cannot be reached (${this.code})`
  }
}

/** The server refused the statement; nothing was written. Repeating it is of no use. */
export class PostgresRefused extends Schema.TaggedError<PostgresRefused>()("PostgresRefused", {
  /** SQLSTATE. */
  code: Schema.String,
  constraint: Schema.NullOr(Schema.String),
  detail: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `Postgres refused the statement (${this.code}): ${this.detail}`
  }
}

export type PostgresError = PostgresUnreachable | PostgresRefused

const Answer = Schema.Struct({
  code: Schema.String,
  message: Schema.String,
  severity: Schema.optionalKey(Schema.String),
  constraint_name: Schema.optionalKey(Schema.String)
})
const isAnswer = Schema.is(Answer)

/**
 * SQLSTATE classes after which the same statement may succeed: connection (08), transaction rollback such as a
 * deadlock (40), resources (53), an object that is not ready (55), operator intervention (57), system error (58), and a server that is starting or
 * read-only after a failover.
 */
const transientClasses = new Set(["08", "40", "53", "55", "57", "58"])
const readOnly = "25006"

/** We left a transaction alone for too long: it was rolled back. */
const idleInTransaction = "25P03"

/** No such table or schema: `carillon migrate` has not run yet, and what waits goes on when it has. */
const notMigrated = new Set(["42P01", "3F000"])

/** Raised by `ledger_reaches`: this ledger is older than the world. What is refused goes on when it has been restored. */
export const ledgerIsBehind = "CL001"

const isTransient = (code: string): boolean =>
  code === readOnly ||
  code === idleInTransaction ||
  code === ledgerIsBehind ||
  notMigrated.has(code) ||
  transientClasses.has(code.slice(0, 2))

/** Without a code it is our own mistake, such as a value that cannot be a parameter: not repeated either. */
export const toPostgresError = (cause: unknown): PostgresError => {
  if (!isAnswer(cause))
    return new PostgresRefused({ code: "client", constraint: null, detail: String(cause), cause })
  const { code, constraint_name, message } = cause
  const fromServer = cause.severity !== undefined
  return !fromServer || isTransient(code)
    ? new PostgresUnreachable({ code, cause })
    : new PostgresRefused({ code, constraint: constraint_name ?? null, detail: message, cause })
}
