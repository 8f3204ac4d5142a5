/** Recording what became of messages, and saying so: the one way into a final status. */

import { Context, Effect, Layer } from "effect"

import { type Settlement } from "#src/domain/Settlement.ts"
import { Ledger, type SettledRow } from "#src/repositories/Ledger.ts"

import { countDeliveries } from "./metrics/deliveries.ts"
import { OpenWork } from "./OpenWork.ts"
import { untilLedger } from "./untilLedger.ts"

/** For the log: no address, no name. */
const describe = ({ message_id, reason, status, traceparent }: Settlement) => ({
  "job.id": message_id,
  "job.status": status,
  ...(reason !== null && { "job.reason": reason }),
  ...(traceparent !== null && { "trace.id": traceparent.slice(3, 35) })
})

export class Settling extends Context.Service<
  Settling,
  {
    /** Settles a batch; what finds its row taken or settled is left as it is. Waits for the ledger. */
    readonly settle: (settlements: ReadonlyArray<Settlement>) => Effect.Effect<void>
  }
>()("carillon/services/Settling") {
  static readonly layer = Layer.effect(
    Settling,
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const work = yield* OpenWork

      /** What Postgres refuses for one row must not keep the others from being settled. */
      const write = (settlements: ReadonlyArray<Settlement>): Effect.Effect<ReadonlyArray<SettledRow>> =>
        untilLedger(ledger.settle(settlements)).pipe(
          Effect.catchDefect((defect) =>
            settlements.length === 1
              ? Effect.as(Effect.logError("cannot be settled", defect, settlements.map(describe)), [])
              : Effect.map(
                  Effect.forEach(settlements, (one) => write([one])),
                  (written) => written.flat()
                )
          )
        )

      const settle = Effect.fn("Settling.settle")(function* (settlements: ReadonlyArray<Settlement>) {
        if (settlements.length === 0) return
        const written = yield* write(settlements)
        yield* countDeliveries(settlements, written)
        work.ring("jobs", "outcomes", "dead_letters")
        const dead = settlements.filter(({ letter }) => letter !== null)
        yield* Effect.logDebug("settled", settlements.map(describe))
        if (dead.length > 0) yield* Effect.logInfo("given up", dead.map(describe))
        if (written.length < settlements.length)
          yield* Effect.logInfo("some rows were settled before, or taken", {
            "settle.asked": settlements.length,
            "settle.written": written.length
          })
      })

      return Settling.of({ settle })
    })
  )
}
