/** Recording what became of messages, and saying so: the one way into a final status. */

import { Context, Effect, Layer } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type Decision } from "#src/domain/Decision.ts"
import { type Settlement } from "#src/domain/Settlement.ts"
import { recordSpans } from "#src/observability/spans.ts"
import { Ledger, type SettledRow } from "#src/repositories/Ledger.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { countDeliveries } from "./metrics/deliveries.ts"
import { OpenWork } from "./OpenWork.ts"
import { attemptSpans } from "./traces.ts"
import { untilLedger } from "./untilLedger.ts"

/** For the log: no address, no name. */
const describe = ({ message_id, reason, status, traceparent }: Settlement) => ({
  "job.id": message_id,
  "job.status": status,
  ...(reason !== null && { "job.reason": reason }),
  ...(traceparent !== null && { "trace.id": traceparent.slice(3, 35) })
})

interface Written {
  readonly rows: ReadonlyArray<SettledRow>
  readonly refused: ReadonlyArray<JobId>
}

export class Settling extends Context.Service<
  Settling,
  {
    /**
     * Settles a batch; what finds its row taken or settled is left as it is. Waits for the ledger. Answers those that
     * Postgres refused, which is a mistake of ours: their rows are as they were.
     */
    readonly settle: (settlements: ReadonlyArray<Settlement>) => Effect.Effect<ReadonlyArray<JobId>>
    /** Records what an operator decides; answers what was written, which is what was still as the operator saw it. */
    readonly decide: (
      decisions: ReadonlyArray<Decision>
    ) => Effect.Effect<ReadonlyArray<SettledRow>, LedgerUnreachable>
  }
>()("carillon/services/Settling") {
  static readonly layer = Layer.effect(
    Settling,
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const work = yield* OpenWork

      /** What Postgres refuses for one row must not keep the others from being settled. */
      const write = (settlements: ReadonlyArray<Settlement>): Effect.Effect<Written> =>
        untilLedger(ledger.settle(settlements)).pipe(
          Effect.map((rows): Written => ({ rows, refused: [] })),
          Effect.catchDefect((defect) =>
            settlements.length === 1
              ? Effect.as(Effect.logError("cannot be settled", defect, settlements.map(describe)), {
                  rows: [],
                  refused: settlements.map(({ message_id }) => message_id)
                })
              : Effect.map(
                  Effect.forEach(settlements, (one) => write([one])),
                  (written) => ({
                    rows: written.flatMap(({ rows }) => rows),
                    refused: written.flatMap(({ refused }) => refused)
                  })
                )
          )
        )

      const settle = Effect.fn("Settling.settle")(function* (settlements: ReadonlyArray<Settlement>) {
        if (settlements.length === 0) return []
        const { refused, rows: written } = yield* write(settlements)
        yield* countDeliveries(settlements, written)
        yield* recordSpans(() => attemptSpans(settlements, written))
        work.ring("jobs", "outcomes", "dead_letters")
        const dead = settlements.filter(({ letter }) => letter !== null)
        yield* Effect.logDebug("settled", settlements.map(describe))
        if (dead.length > 0) yield* Effect.logInfo("given up", dead.map(describe))
        if (written.length < settlements.length)
          yield* Effect.logInfo("some rows were settled before, or taken", {
            "settle.asked": settlements.length,
            "settle.written": written.length
          })
        return refused
      })

      const decide = Effect.fn("Settling.decide")(function* (decisions: ReadonlyArray<Decision>) {
        if (decisions.length === 0) return []
        const written = yield* ledger.decide(decisions)
        yield* countDeliveries(
          decisions.map(({ settlement }) => settlement),
          written
        )
        work.ring("jobs", "outcomes", "dead_letters")
        yield* Effect.logInfo("decided by an operator", {
          "decision.asked": decisions.length,
          "decision.written": written.length
        })
        return written
      })

      return Settling.of({ settle, decide })
    })
  )
}
