/** The process is stopping: what has begun is finished, nothing more is begun. */

import { Context, Effect, Layer } from "effect"

export class Draining extends Context.Service<
  Draining,
  {
    readonly hasBegun: () => boolean
    readonly begin: Effect.Effect<void>
  }
>()("carillon/services/Draining") {
  static readonly layer = Layer.sync(Draining, () => {
    let begun = false
    return Draining.of({
      hasBegun: () => begun,
      begin: Effect.sync(() => {
        begun = true
      })
    })
  })
}
