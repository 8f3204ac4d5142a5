/** Holding on while the ledger is away: what a consumer holds is neither lost nor handed back. */

import { Duration, Effect, Schedule } from "effect"

import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

/** At most this long after the ledger is back. */
const longest = Duration.seconds(1)

const pauses = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced(longest)])

/** Repeats until the ledger answers; every write behind it is idempotent. Says once that it waits. */
export const untilLedger = <A, R>(
  effect: Effect.Effect<A, LedgerUnreachable, R>
): Effect.Effect<A, never, R> =>
  effect.pipe(
    Effect.catchTag("LedgerUnreachable", (error) =>
      Effect.andThen(
        Effect.logWarning("the ledger is away; holding on", error),
        Effect.orDie(Effect.retry(effect, pauses))
      )
    )
  )
