/** Postgres: statements and transactions. The connection of a transaction travels in the fiber. */

import { clearInterval, setInterval } from "node:timers"

import { Context, Duration, Effect, Layer } from "effect"

import { PostgresConfig } from "#src/config/PostgresConfig.ts"

import { type Connections, makeConnections, type Sql } from "./connections.ts"
import { type PostgresError } from "./errors.ts"
import { Silence } from "./Silence.ts"
import { passOverTypeFetches } from "./typeFetch.ts"

export { type Sql } from "./connections.ts"

/** Statements that somebody waits for take milliseconds; what takes longer than this meets a lock or a sick server. */
const promptly = Duration.seconds(6)

/** Lists, sums and upkeep read and write much. */
const patiently = Duration.seconds(60)

/** Seconds without an answer to what the server answers within `promptly`, where it lives. */
const silence_seconds = 8

/** Told of calls that may take long: nothing follows from their silence. */
const unwatched = () => () => undefined

/** The connection that the surrounding transaction holds; none outside of one. */
const Held = Context.Reference<Sql | undefined>("carillon/postgres/Held", { defaultValue: () => undefined })

export interface Statements {
  /** One statement, on the transaction's connection where there is one. */
  readonly query: <A>(statement: (sql: Sql) => PromiseLike<A>) => Effect.Effect<A, PostgresError>
  /**
   * Commits when the effect succeeds, else rolls back. A COMMIT whose answer is lost fails with
   * `PostgresUnreachable`, though it may have happened. Inside another one it is part of that.
   */
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | PostgresError, R>
}

const statementsOver = (connections: Connections): Statements => ({
  query: (statement) =>
    Effect.flatMap(Held, (held) =>
      held === undefined ? connections.query(statement) : connections.on(held, statement)
    ),
  transaction: (effect) =>
    Effect.flatMap(Held, (held) =>
      held === undefined
        ? connections.transaction((connection) => Effect.provideService(effect, Held, connection))
        : effect
    )
})

export class Postgres extends Context.Service<
  Postgres,
  Statements & {
    /**
     * For lists and sums: on an eighth of the connections, so that they never stand in the way of what is accepted, sent
     * and settled; 60 s a statement instead of 6.
     */
    readonly patient: Statements
    /** For what the engine does of itself: as patient, on another eighth, so that no list keeps it waiting. */
    readonly upkeep: Statements
  }
>()("carillon/postgres/Postgres") {
  static readonly layer = Layer.effect(
    Postgres,
    Effect.gen(function* () {
      yield* passOverTypeFetches
      const { poolSize, url } = yield* PostgresConfig
      const silence = new Silence(silence_seconds)
      const eighth = Math.ceil(poolSize / 8)
      const shared = { url, silence }
      const prompt = yield* makeConnections({
        ...shared,
        name: "prompt",
        size: poolSize - 2 * eighth,
        statementTimeout: promptly,
        plans: "force_generic_plan",
        ask: silence.ask
      })
      const patience = {
        ...shared,
        size: eighth,
        statementTimeout: patiently,
        plans: "auto",
        ask: unwatched
      } as const
      const patient = yield* makeConnections({ ...patience, name: "patient" })
      const upkeep = yield* makeConnections({ ...patience, name: "upkeep" })
      yield* Effect.acquireRelease(
        // The servers' time, also where a test's stands still.
        Effect.sync(() => setInterval(() => silence.look(), 1000).unref()),
        (timer) => Effect.sync(() => clearInterval(timer))
      )
      return Postgres.of({
        ...statementsOver(prompt),
        patient: statementsOver(patient),
        upkeep: statementsOver(upkeep)
      })
    })
  )
}
