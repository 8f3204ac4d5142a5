/** The one failure of every repository: the ledger is away. What Postgres refuses is our own mistake, a defect. */

import { Effect, Schema } from "effect"

import { ledgerIsBehind, type PostgresError } from "#src/postgres/errors.ts"

/** Nothing was written, or no one knows: safe to repeat, since every write is idempotent. */
export class LedgerUnreachable extends Schema.TaggedError<LedgerUnreachable>()("LedgerUnreachable", {
  cause: Schema.Defect(),
  /** It answers, and is older than the world: it refuses until it has been restored. */
  isBehind: Schema.optionalKey(Schema.Literal(true))
}) {}

export const orUnreachable = <A, R>(
  effect: Effect.Effect<A, PostgresError, R>
): Effect.Effect<A, LedgerUnreachable, R> =>
  Effect.catchTags(effect, {
    PostgresUnreachable: (cause) =>
      Effect.fail(new LedgerUnreachable({ cause, ...(cause.code === ledgerIsBehind && { isBehind: true }) })),
    PostgresRefused: (defect) => Effect.die(defect)
  })
