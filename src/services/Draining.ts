/** The process is stopping: what has begun is finished, nothing more is begun. */

import { Context, Effect, Latch, Layer } from "effect"

export class Draining extends Context.Service<
  Draining,
  {
    readonly hasBegun: () => boolean
    /** Returns when it has. */
    readonly awaitBegin: Effect.Effect<void>
    readonly begin: Effect.Effect<void>
  }
>()("carillon/services/Draining") {
  static readonly layer = Layer.effect(
    Draining,
    Effect.map(Latch.make(false), (begun) =>
      Draining.of({
        hasBegun: () => begun.isOpen(),
        awaitBegin: begun.await,
        begin: Effect.asVoid(begun.open)
      })
    )
  )
}
