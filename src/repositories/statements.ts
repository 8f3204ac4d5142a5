/** Statements whose one failure is that the ledger is away. */

import { Effect, Option, type Result } from "effect"

import { type Sql, type Statements } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"

type Rows<A> = (sql: Sql) => PromiseLike<ReadonlyArray<A>>

export const statementsOn = (postgres: Statements) => {
  const rows = <A>(statement: Rows<A>): Effect.Effect<ReadonlyArray<A>, LedgerUnreachable> =>
    orUnreachable(postgres.query(statement))

  const first = <A>(statement: Rows<A>): Effect.Effect<Option.Option<A>, LedgerUnreachable> =>
    Effect.map(rows(statement), (all) => Option.fromNullishOr(all.at(0)))

  /** One transaction; rolls back where the ledger goes away. */
  const commit = <A, R>(
    effect: Effect.Effect<A, LedgerUnreachable, R>
  ): Effect.Effect<A, LedgerUnreachable, R> =>
    postgres.transaction(effect).pipe(
      Effect.catchTags({
        PostgresUnreachable: (error) => orUnreachable(Effect.fail(error)),
        PostgresRefused: (error) => Effect.die(error)
      })
    )

  /** What was decided not to do is a `Result` and comes out as the failure. */
  const transaction = <A, E>(
    effect: Effect.Effect<Result.Result<A, E>, LedgerUnreachable>
  ): Effect.Effect<A, E | LedgerUnreachable> => Effect.flatMap(commit(effect), Effect.fromResult)

  return { rows, first, commit, transaction }
}
