/** An older Postgres is noticed in every process within seconds, said loudly, and left alone until it is restored. */

import { Duration, Effect, Layer, Schedule } from "effect"

import { type LedgerAge, whySafe } from "#src/domain/ledgerClock.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { Loops } from "#src/observability/Loops.ts"
import { SafeMode } from "#src/services/SafeMode.ts"

/** What this process knows is never older; statements are refused by it at once. */
const interval = Duration.seconds(2)

/** In safe mode it is said again, for whoever reads the end of the log. */
const reminder = Duration.minutes(1)

const say = (age: LedgerAge) =>
  age === "current"
    ? Effect.logInfo("safe mode is over: the ledger is current")
    : Effect.logError(whySafe[age])

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const safeMode = yield* SafeMode
    const nats = yield* NatsConnection
    let said: LedgerAge = "current"
    let quiet = 0
    const loops = yield* Loops
    const loop = yield* loops.watch("watch the clock", interval)

    const turn = Effect.gen(function* () {
      const age = yield* safeMode.look
      if (age !== "current" || !nats.isUp()) yield* loops.excuse
      quiet += Duration.toMillis(interval)
      const isNew = age !== said
      if (!isNew && (age === "current" || quiet < Duration.toMillis(reminder))) return
      quiet = 0
      said = age
      yield* say(age)
      // What waits for a connection that is ready waits again: for the hook that waits for a ledger that is current.
      if (isNew && age !== "current") yield* nats.recheck
    })

    yield* loop.turn(turn).pipe(
      Effect.catchCause((cause) =>
        Effect.andThen(loops.excuse, Effect.logDebug("the clock of the ledger was not seen", cause))
      ),
      Effect.repeat(Schedule.spaced(interval)),
      Effect.forkScoped
    )
  })
)
