/** The one way in: events from HTTP and from NATS are checked, decided and recorded here, many at once. */

import { Context, Effect, Layer } from "effect"

import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { type Answer, makeAccept } from "./acceptEvents.ts"
import { makeGroupCommit } from "./groupCommit.ts"
import { type IncomingEvent } from "./planBatch.ts"

export class Planning extends Context.Service<
  Planning,
  {
    /**
     * One answer for each event, in order. Concurrent calls share a commit. An event that was accepted before gets
     * the same answer again and leads to nothing.
     */
    readonly accept: (
      events: ReadonlyArray<IncomingEvent>
    ) => Effect.Effect<ReadonlyArray<Answer>, LedgerUnreachable>
  }
>()("carillon/services/Planning") {
  static readonly layer = Layer.effect(
    Planning,
    Effect.flatMap(makeAccept, (accept) => makeGroupCommit(accept, 1000)).pipe(
      Effect.map((accept) => Planning.of({ accept }))
    )
  )
}
