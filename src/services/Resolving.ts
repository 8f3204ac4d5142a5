/** What operators say about messages that may have been sent, and no one knows. */

import { Clock, Context, Effect, Layer } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { resolve, type Verdict } from "#src/domain/decide.ts"
import { toInstant } from "#src/domain/instants.ts"
import { missing, type Rejected } from "#src/domain/Rejected.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { type Operator } from "./decideAll.ts"
import { Settling } from "./Settling.ts"

export interface Resolution {
  readonly as: Verdict
  readonly note: string | null
}

export class Resolving extends Context.Service<
  Resolving,
  {
    /** Fails with a conflict where the message is anything but `unknown`: of two at once one is obeyed. */
    readonly resolve: (
      operator: Operator,
      jobId: JobId,
      resolution: Resolution
    ) => Effect.Effect<void, Rejected | LedgerUnreachable>
  }
>()("carillon/services/Resolving") {
  static readonly layer = Layer.effect(
    Resolving,
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const settling = yield* Settling

      const resolveOne: Resolving["Service"]["resolve"] = Effect.fn("Resolving.resolve")(
        function* (operator, jobId, resolution) {
          const [row] = yield* ledger.find([jobId])
          if (row === undefined || row.organization_id !== operator.organizationId)
            return yield* missing(`there is no delivery ${jobId}`)
          const at = toInstant(yield* Clock.currentTimeMillis)
          const order = { by: operator.name, note: resolution.note, at }
          const decision = yield* Effect.fromResult(resolve(row, resolution.as, order))
          const written = yield* settling.decide([decision])
          // Someone was faster: what the message is now is said by the next look.
          if (written.length === 0) yield* resolveOne(operator, jobId, resolution)
        }
      )

      return Resolving.of({ resolve: resolveOne })
    })
  )
}
