/** Some connections to Postgres, kept and shared: one statement or one transaction at a time on each. */

import { Duration, Effect, Redacted } from "effect"
import postgres from "postgres"

import { callOff } from "./callOff.ts"
import { type PostgresError, PostgresUnreachable, toPostgresError } from "./errors.ts"
import { inTransaction } from "./inTransaction.ts"
import { showPool } from "./poolMetrics.ts"
import { readInstant } from "./readInstant.ts"
import { type Silence } from "./Silence.ts"
import { Turns } from "./Turns.ts"

/** A tagged template: values become parameters, never text. */
export type Sql = postgres.ISql

export interface ConnectionOptions {
  /** What metrics call them. */
  readonly name: string
  readonly url: Redacted.Redacted
  readonly size: number
  /** How long the server works on one statement before it gives it up; for a lock it waits two thirds of that. */
  readonly statementTimeout: Duration.Duration
  /**
   * Whether a statement is planned once a connection or for each call's values. The hot ones take arrays and find rows by
   * key, which is one plan for all; to plan one anew costs more than to run it for a few rows.
   */
  readonly plans: "force_generic_plan" | "auto"
  readonly silence: Silence
  /** Told of each call when it is made; what it answers is called when the call is answered. */
  readonly ask: () => () => void
}

/** From the first packet to the end of the login. */
const connectTimeout = Duration.seconds(3)

/** Between two statements of a transaction, whose locks stand in the way of others. */
const idleInTransaction = Duration.seconds(30)

/** How long a statement waits for a connection: then more is wanted than can be done. */
const patience = Duration.seconds(4)

/** Of keepalive on an idle connection. */
const keepAlive = Duration.seconds(10)

/** Instants arrive as the 24 characters of `Instant`, counts as numbers. */
const types = {
  instant: {
    to: 1184,
    from: [1184],
    serialize: (value: Date | string) => (typeof value === "string" ? value : value.toISOString()),
    parse: readInstant
  },
  count: { to: 20, from: [20], serialize: String, parse: Number }
}

const open = ({ plans, silence, size, statementTimeout, url }: ConnectionOptions) => {
  const statement_ms = Duration.toMillis(statementTimeout)
  const options = {
    max: size,
    types,
    connect_timeout: Duration.toSeconds(connectTimeout),
    keep_alive: Duration.toSeconds(keepAlive),
    idle_timeout: 300,
    // A failed connection is retried by whoever needs it, not by a growing pause in the pool.
    backoff: false,
    // Whose turn it is has a connection: statements wait for one here, not behind each other on one.
    max_pipeline: 1,
    socket: silence.connect,
    onnotice: () => undefined,
    connection: {
      application_name: "carillon",
      plan_cache_mode: plans,
      statement_timeout: statement_ms,
      lock_timeout: Math.round((statement_ms * 2) / 3),
      idle_in_transaction_session_timeout: Duration.toMillis(idleInTransaction)
    }
  }
  return postgres(Redacted.value(url), options)
}

const busy = Effect.suspend(
  () => new PostgresUnreachable({ code: "NO_CONNECTION_FREE", cause: "all are in use" })
)

export interface Connections {
  /** One statement. */
  readonly query: <A>(statement: (sql: Sql) => PromiseLike<A>) => Effect.Effect<A, PostgresError>
  /** One statement on a connection that is held already. */
  readonly on: <A>(held: Sql, statement: (sql: Sql) => PromiseLike<A>) => Effect.Effect<A, PostgresError>
  /** As `inTransaction`; `effect` is given the connection. */
  readonly transaction: <A, E, R>(
    effect: (held: Sql) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | PostgresError, R>
}

/** Until the scope ends; each is opened when it is needed. */
export const makeConnections = Effect.fnUntraced(function* (options: ConnectionOptions) {
  const { ask, name, size } = options
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() => open(options)),
    (sql) => Effect.promise(() => sql.end({ timeout: 5 }))
  )
  const turns = new Turns(size)
  yield* showPool(name, turns)

  /** Where nobody waits for its answer any more, `onLeft` is told how long it goes on. */
  const run = <A>(
    held: Sql,
    statement: (sql: Sql) => PromiseLike<A>,
    onLeft: (over: Promise<void>) => void
  ): Effect.Effect<A, PostgresError> =>
    Effect.tryPromise({
      try: (signal) => {
        const answered = ask()
        const asked = statement(held)
        const over = Promise.resolve(asked).finally(answered)
        signal.addEventListener("abort", () => onLeft(callOff(asked, over)), { once: true })
        return over
      },
      catch: toPostgresError
    })
  return {
    query: (statement) => turns.take((keep) => run(pool, statement, keep), { patience, orElse: busy }),
    // What follows on the connection, the rollback at the latest, must not meet the call.
    on: (held, statement) =>
      Effect.suspend(() => {
        let left = Promise.resolve()
        return Effect.onInterrupt(
          run(held, statement, (over) => {
            left = over
          }),
          () => Effect.promise(() => left)
        )
      }),
    transaction: (effect) =>
      turns.take(() => inTransaction({ pool, ask }, effect), { patience, orElse: busy })
  } satisfies Connections
})
