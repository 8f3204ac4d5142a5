/** The one failure of every repository: the ledger is away. What Postgres refuses is our own mistake, a defect. */

import { Effect, Schema } from "effect"

import { type PostgresError } from "#src/postgres/errors.ts"

/** Nothing was written, or no one knows: safe to repeat, since every write is idempotent. */
export class LedgerUnreachable extends Schema.TaggedError<LedgerUnreachable>()("LedgerUnreachable", {
  cause: Schema.Defect()
}) {}

export const orUnreachable = <A, R>(
  effect: Effect.Effect<A, PostgresError, R>
): Effect.Effect<A, LedgerUnreachable, R> =>
  Effect.catchTags(effect, {
    PostgresUnreachable: (cause) => Effect.fail(new LedgerUnreachable({ cause })),
    PostgresRefused: (defect) => Effect.die(defect)
  })
