/** Start, send, settle: jobs go out as fast as connections are free for them, and come back as fast as they end. */

import { Context, Effect, Layer } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { EmailProvider } from "#src/providers/EmailProvider.ts"
import { Ledger } from "#src/repositories/Ledger.ts"

import { Draining } from "./Draining.ts"
import { type Batch, makeLaunch, type Refused } from "./launch.ts"
import { type BatchToLaunch, makeLaunchAll } from "./launchAll.ts"
import { makeSettleTogether } from "./settleTogether.ts"
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

export interface BatchToSend extends BatchToLaunch {
  /** Told of each that has been settled. */
  readonly onSettled: (id: JobId) => void
}

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

      const openFlight = yield* makeSettleTogether({ settle, underWay })

      const send = Effect.fn("Sending.send")(function* (toSend: BatchToSend) {
        const batch: Batch = { flight: openFlight(toSend.onSettled), refused: [] }
        // Whatever becomes of this fiber: what is in the air is settled.
        const { isFull, left } = yield* Effect.ensuring(
          launchAll(toSend, batch),
          Effect.sync(() => batch.flight.close())
        )
        return {
          refused: batch.refused,
          stale: isFull ? [] : left.map(({ message_id }) => message_id),
          crowdedOut: isFull ? left : [],
          landed: batch.flight.landed
        }
      })

      return Sending.of({ send })
    })
  )
}
