/** One transaction on one connection, ended whatever happens to the fiber or to the connection. */

import { setImmediate as nextTurn } from "node:timers/promises"

import { Effect, Exit } from "effect"
import { type Sql as Pool, type TransactionSql } from "postgres"

import { type PostgresError, toPostgresError } from "./errors.ts"

/** Makes the client roll back; no one sees it. */
const rollBack = new Error("roll back")

export interface TransactionOptions {
  readonly pool: Pool
  /** Told of BEGIN, COMMIT and ROLLBACK; what it answers is called when the server has answered. */
  readonly ask: () => () => void
}

/**
 * Between BEGIN and its end the client waits for the promise `ended`: kept, it commits; broken, it rolls back. Where the
 * connection closes meanwhile, the client says so by failing the whole, and `ended` is left open: what it would send on
 * the closed connection would bring the process down.
 */
const begin = ({ ask, pool }: TransactionOptions) => {
  const begun = Promise.withResolvers<TransactionSql>()
  const ended = Promise.withResolvers<void>()
  let isOver = false
  let answered = ask()
  const over = pool
    .begin((connection) => {
      answered()
      begun.resolve(connection)
      return ended.promise
    })
    .then(
      () => undefined,
      (cause: unknown) => cause ?? rollBack
    )
    .finally(() => {
      answered()
      isOver = true
    })
  const end = (how: () => void) => {
    if (isOver) return
    answered = ask()
    how()
  }
  return {
    /** The connection; fails where there is none. */
    begun: Promise.race([
      begun.promise,
      over.then((cause) => Promise.reject(cause instanceof Error ? cause : rollBack))
    ]),
    /** Why it failed; undefined where it was committed. */
    over,
    commit: () => end(ended.resolve),
    rollBack: () => end(() => ended.reject(rollBack))
  }
}

const attempt = <A>(run: () => PromiseLike<A>): Effect.Effect<A, PostgresError> =>
  Effect.tryPromise({ try: run, catch: toPostgresError })

/**
 * Commits when the effect succeeds; rolls back when it fails, dies or is interrupted, and only then gives the connection
 * back. Where the connection closes, the effect is interrupted and nothing was committed.
 */
export const inTransaction = <A, E, R>(
  on: TransactionOptions,
  effect: (connection: TransactionSql) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | PostgresError, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const transaction = begin(on)
      const connection = yield* attempt(() => transaction.begun)
      const closed = Effect.flatMap(
        Effect.promise(() => transaction.over),
        (cause) => Effect.fail(toPostgresError(cause))
      )
      const exit = yield* Effect.exit(restore(Effect.raceFirst(effect(connection), closed)))
      // A closed connection is told to the query first and to the transaction a moment later.
      yield* Effect.promise(() => nextTurn())
      if (Exit.isSuccess(exit)) transaction.commit()
      else transaction.rollBack()
      const cause = yield* Effect.promise(() => transaction.over)
      if (Exit.isFailure(exit)) return yield* exit
      if (cause !== undefined) return yield* toPostgresError(cause)
      return exit.value
    })
  )
