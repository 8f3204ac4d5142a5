/** Start, send, settle: jobs that are ready go out as fast as connections are free, and come back as fast as they end. */

import { Context, Effect, Layer, Queue } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type Settlement } from "#src/domain/Settlement.ts"
import { EmailProvider } from "#src/providers/EmailProvider.ts"
import { Ledger } from "#src/repositories/Ledger.ts"

import { Draining } from "./Draining.ts"
import { makeGroupCommit } from "./groupCommit.ts"
import { allLaunched, type Batch, type Ended, makeLaunch, type Ready, type Refused } from "./launch.ts"
import { makeLaunchAll } from "./launchAll.ts"
import { Settling } from "./Settling.ts"
import { UnderWay } from "./UnderWay.ts"
import { Workers } from "./Workers.ts"

export interface Sent {
  /** Neither sent nor settled: paused, or not due yet. */
  readonly refused: ReadonlyArray<Refused>
  /** Not started: what was loaded is too old by now, or the process is stopping. */
  readonly stale: ReadonlyArray<JobId>
}

/** In one statement. */
const mostSettled = 500

export class Sending extends Context.Service<
  Sending,
  {
    /**
     * Returns when each is settled, refused or stale. A start commits before any byte leaves, for as many jobs as there
     * are free connections; what a killed process leaves in doubt is its open connections at most.
     */
    readonly send: (ready: ReadonlyArray<Ready>, loadedAt_ms: number) => Effect.Effect<Sent>
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

      /** What ends while a statement is under way goes into the next one, whichever batch it is of. Answers which were refused. */
      const settleTogether = yield* makeGroupCommit(
        (settlements: ReadonlyArray<Settlement>) =>
          Effect.map(settle(settlements), (refused) =>
            settlements.map(({ message_id }) => refused.includes(message_id))
          ),
        mostSettled
      )

      const launchAll = makeLaunchAll({ draining, launchGroup, provider, workers })

      /** One statement for whatever has ended meanwhile. */
      const settleAll = Effect.fnUntraced(function* (batch: Batch) {
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
          settled += settlements.length
        }
      })

      const send = Effect.fn("Sending.send")(function* (ready: ReadonlyArray<Ready>, loadedAt_ms: number) {
        const batch: Batch = { ended: yield* Queue.unbounded<Ended>(), refused: [], inTheAir: 0 }
        const [stale] = yield* Effect.all([launchAll(ready, loadedAt_ms, batch), settleAll(batch)], {
          concurrency: "unbounded"
        })
        return { refused: batch.refused, stale }
      })

      return Sending.of({ send })
    })
  )
}
