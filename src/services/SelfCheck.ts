/** What the ledger has this process send, and this process knows nothing of: nobody else would ever settle it. */

import { Clock, Context, Effect, Layer } from "effect"

import { afterLosingTrack } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { Settling } from "./Settling.ts"
import { UnderWay } from "./UnderWay.ts"
import { Workers } from "./Workers.ts"

/** Rows in one look. */
const rowsAtOnce = 500

export class SelfCheck extends Context.Service<
  SelfCheck,
  {
    /**
     * Closes rows that this living process started and does not have under way; answers how many. What was asked of the
     * ledger first and is not under way after the answer has no one left who could send it: a job is under way from before
     * its start until its settlement is written, and a later attempt of it is another one.
     */
    readonly closeForgotten: Effect.Effect<number, LedgerUnreachable>
  }
>()("carillon/services/SelfCheck") {
  static readonly layer = Layer.effect(
    SelfCheck,
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const underWay = yield* UnderWay
      const workers = yield* Workers
      const { settle } = yield* Settling

      const closeForgotten = Effect.gen(function* () {
        const me = workers.current()
        const sending = yield* ledger.sendingBy(me, rowsAtOnce)
        if (sending.length < rowsAtOnce) {
          const still = new Set(sending.map(({ message_id }) => message_id))
          underWay.end(underWay.lost().filter((id) => !still.has(id)))
        }
        const forgotten = sending.filter(({ message_id }) => underWay.isLost(message_id))
        if (forgotten.length === 0) return 0
        const now = toInstant(yield* Clock.currentTimeMillis)
        yield* Effect.logWarning("the ledger has us send what we know nothing of: closing it", {
          "jobs.ids": forgotten.map(({ message_id }) => message_id)
        })
        const refused = new Set(yield* settle(forgotten.map((row) => afterLosingTrack(row, me, now))))
        const closed = forgotten.map(({ message_id }) => message_id).filter((id) => !refused.has(id))
        underWay.end(closed)
        return closed.length
      }).pipe(Effect.withSpan("SelfCheck.closeForgotten"))

      return SelfCheck.of({ closeForgotten })
    })
  )
}
