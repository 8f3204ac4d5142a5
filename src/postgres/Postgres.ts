/** The pool of connections to Postgres. The connection of a transaction travels in the fiber. */

import { Context, DateTime, Duration, Effect, Layer, Redacted } from "effect"
import postgres from "postgres"

import { PostgresConfig } from "#src/config/PostgresConfig.ts"

import { type PostgresError, toPostgresError } from "./errors.ts"
import { inTransaction } from "./inTransaction.ts"

/** A tagged template: values become parameters, never text. */
export type Sql = postgres.ISql

const connectTimeout = Duration.seconds(5)

/** Instants arrive as the 24 characters of `Instant`, counts as numbers. */
const types = {
  instant: {
    to: 1184,
    from: [1184],
    serialize: (value: Date | string) => (typeof value === "string" ? value : value.toISOString()),
    parse: (text: string) => DateTime.formatIso(DateTime.makeUnsafe(text))
  },
  count: { to: 20, from: [20], serialize: String, parse: Number }
}

const open = (url: Redacted.Redacted, max: number) =>
  postgres(Redacted.value(url), {
    max,
    types,
    connect_timeout: Duration.toSeconds(connectTimeout),
    idle_timeout: 300,
    // A failed connection is retried by whoever needs it, not by a growing pause in the pool.
    backoff: false,
    onnotice: () => undefined,
    connection: { application_name: "carillon" }
  })

/** The connection that the surrounding transaction holds; none outside of one. */
const Held = Context.Reference<postgres.TransactionSql | undefined>("carillon/postgres/Held", {
  defaultValue: () => undefined
})

export class Postgres extends Context.Service<
  Postgres,
  {
    /** One statement, on the transaction's connection where there is one. */
    readonly query: <A>(statement: (sql: Sql) => PromiseLike<A>) => Effect.Effect<A, PostgresError>
    /**
     * Commits when the effect succeeds, else rolls back. A COMMIT whose answer is lost fails with
     * `PostgresUnreachable`, though it may have happened. Inside another one it is part of that.
     */
    readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | PostgresError, R>
  }
>()("carillon/postgres/Postgres") {
  static readonly layer = Layer.effect(
    Postgres,
    Effect.gen(function* () {
      const { poolSize, url } = yield* PostgresConfig
      const pool = yield* Effect.acquireRelease(
        Effect.sync(() => open(url, poolSize)),
        (sql) => Effect.promise(() => sql.end({ timeout: 5 }))
      )
      const attempt = <A>(run: () => PromiseLike<A>) =>
        Effect.tryPromise({ try: run, catch: toPostgresError })

      const query = <A>(statement: (sql: Sql) => PromiseLike<A>) =>
        Effect.flatMap(Held, (held) => attempt(() => statement(held ?? pool)))

      const transaction = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.flatMap(Held, (held) =>
          held === undefined
            ? inTransaction(pool, (connection) => Effect.provideService(effect, Held, connection))
            : effect
        )

      return Postgres.of({ query, transaction })
    })
  )
}
