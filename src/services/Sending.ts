/** Start, send, settle: jobs go out as fast as connections are free for them, and come back as fast as they end. */

import { Context, Effect, Fiber, Layer, Queue } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type Settlement } from "#src/domain/Settlement.ts"
import { EmailProvider } from "#src/providers/EmailProvider.ts"
import { Ledger } from "#src/repositories/Ledger.ts"

import { Draining } from "./Draining.ts"
import { makeGroupCommit } from "./groupCommit.ts"
import { allLaunched, type Batch, type Ended, makeLaunch, type Refused } from "./launch.ts"
import { type BatchToLaunch, makeLaunchAll } from "./launchAll.ts"
import { Settling } from "./Settling.ts"
import { UnderWay } from "./UnderWay.ts"
import { Workers } from "./Workers.ts"

export interface Sent {
  /** Neither sent nor settled: paused, or not due yet. */
  readonly refused: ReadonlyArray<Refused>
  /** Not started: what was loaded is too old by now, or the process is stopping. */
  readonly stale: ReadonlyArray<JobId>
  /** Not started either, since others wait and no connection for these recipients' domains moves. */
  readonly crowdedOut: ReadonlyArray<MessageRow>
  /** Returns when each that was started is settled. Runs by itself. */
  readonly landed: Effect.Effect<void>
}

/** Told of those that have been settled. */
export type OnSettled = (ids: ReadonlyArray<JobId>) => void

export interface BatchToSend extends BatchToLaunch {
  readonly onSettled: OnSettled
}

/** In one statement. */
const mostSettled = 500

export class Sending extends Context.Service<
  Sending,
  {
    /**
     * Returns when each has been started, or will not be now: a slow recipient's holds up none that comes after it. A
     * start commits before any byte leaves, for as many jobs as there are free connections; what a killed process leaves
     * in doubt is its open connections at most.
     */
    readonly send: (batch: BatchToSend) => Effect.Effect<Sent>
  }
>()("carillon/services/Sending") {
  static readonly layer = Layer.effect(
    Sending,
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const provider = yield* EmailProvider
      const workers = yield* Workers
      const { settle } = yield* Settling
      const draining = yield* Draining

      const underWay = yield* UnderWay
      const launchGroup = makeLaunch({ ledger, provider, underWay, workers })
      const launchAll = makeLaunchAll({ draining, launchGroup, provider, workers })

      /** What ends while a statement is under way goes into the next one, whichever batch it is of. Answers which were refused. */
      const settleTogether = yield* makeGroupCommit(
        (settlements: ReadonlyArray<Settlement>) =>
          Effect.map(settle(settlements), (refused) =>
            settlements.map(({ message_id }) => refused.includes(message_id))
          ),
        mostSettled
      )

      /** One statement for whatever has ended meanwhile. */
      const settleAll = Effect.fnUntraced(function* (batch: Batch, onSettled: OnSettled) {
        let settled = 0
        let isLaunched = false
        while (!isLaunched || settled < batch.inTheAir) {
          const some = yield* Queue.takeBetween(batch.ended, 1, Number.MAX_SAFE_INTEGER)
          isLaunched ||= some.includes(allLaunched)
          const settlements = some.filter((one) => one !== allLaunched)
          const isRefused = yield* settleTogether(settlements)
          const ids = settlements.map(({ message_id }) => message_id)
          underWay.lose(ids.filter((_, i) => isRefused[i] === true))
          underWay.end(ids.filter((_, i) => isRefused[i] !== true))
          onSettled(ids)
          settled += settlements.length
        }
      })

      const send = Effect.fn("Sending.send")(function* (toSend: BatchToSend) {
        const batch: Batch = { ended: yield* Queue.unbounded<Ended>(), refused: [], inTheAir: 0 }
        // Whatever becomes of the one who called: what is in the air is settled.
        const settling = yield* Effect.forkDetach(Effect.uninterruptible(settleAll(batch, toSend.onSettled)))
        const { isFull, left } = yield* Effect.ensuring(
          launchAll(toSend, batch),
          Effect.sync(() => Queue.offerUnsafe(batch.ended, allLaunched))
        )
        return {
          refused: batch.refused,
          stale: isFull ? [] : left.map(({ message_id }) => message_id),
          crowdedOut: isFull ? left : [],
          landed: Fiber.join(settling)
        }
      })

      return Sending.of({ send })
    })
  )
}
