/** What has ended, of whichever batch, is settled by one statement at a time. Plain callbacks until there: no fiber a message. */

import { Deferred, Effect, Exit, Latch, type Scope } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type Settlement } from "#src/domain/Settlement.ts"

import { type Settling } from "./Settling.ts"
import { type UnderWay } from "./UnderWay.ts"

/** In one statement. */
const mostSettled = 500

/** What one batch has under way. */
export interface Flight {
  /** Takes off: what `land` is told of it must come. */
  readonly launch: () => void
  /** It has ended, like that. Once for each that was launched. */
  readonly land: (settlement: Settlement) => void
  /** No more are launched. */
  readonly close: () => void
  /** Returns when each that was launched is settled, and no more will be. */
  readonly landed: Effect.Effect<void>
}

interface Landed {
  readonly settlement: Settlement
  readonly onSettled: (id: JobId) => void
}

interface Tower {
  readonly settle: Settling["Service"]["settle"]
  readonly underWay: UnderWay["Service"]
}

/**
 * What ends while a statement is under way goes into the next one. Opens flights; of each job that landed `onSettled` is told
 * when it is settled, or never will be.
 */
export const makeSettleTogether = ({
  settle,
  underWay
}: Tower): Effect.Effect<(onSettled: (id: JobId) => void) => Flight, never, Scope.Scope> =>
  Effect.gen(function* () {
    const waiting: Array<Landed> = []
    const some = Latch.makeUnsafe(false)

    const settleSome = Effect.fnUntraced(function* (together: ReadonlyArray<Landed>) {
      const settlements = together.map(({ settlement }) => settlement)
      const refused = yield* settle(settlements).pipe(
        Effect.catchCause((cause) =>
          Effect.as(
            Effect.logError("cannot be settled", cause),
            settlements.map(({ message_id }) => message_id)
          )
        )
      )
      const lost = new Set(refused)
      underWay.lose(lost)
      for (const { onSettled, settlement } of together) {
        if (!lost.has(settlement.message_id)) underWay.end([settlement.message_id])
        onSettled(settlement.message_id)
      }
    })

    const settleNext = Effect.gen(function* () {
      yield* some.await
      // What else ends in this turn of the event loop.
      yield* Effect.yieldNow
      const together = waiting.splice(0, mostSettled)
      if (waiting.length === 0) some.closeUnsafe()
      yield* Effect.uninterruptible(settleSome(together))
    })
    yield* Effect.forkScoped(Effect.forever(settleNext))

    return (onSettled) => {
      const landed = Deferred.makeUnsafe<void>()
      let inTheAir = 0
      let isOpen = true
      const endIfEmpty = (): void => {
        if (!isOpen && inTheAir === 0) Deferred.doneUnsafe(landed, Exit.void)
      }
      const settled = (id: JobId): void => {
        inTheAir--
        onSettled(id)
        endIfEmpty()
      }
      return {
        launch: () => {
          inTheAir++
        },
        land: (settlement) => {
          waiting.push({ settlement, onSettled: settled })
          some.openUnsafe()
        },
        close: () => {
          isOpen = false
          endIfEmpty()
        },
        landed: Deferred.await(landed)
      }
    }
  })
