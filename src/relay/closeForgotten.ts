/** A worker looks after itself: what it is said to be sending and is not. */

import { Effect, Layer, Schedule } from "effect"

import { watchLoop } from "#src/observability/Loops.ts"
import { SelfCheck } from "#src/services/SelfCheck.ts"

const interval = "60 seconds"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { closeForgotten } = yield* SelfCheck
    const loop = yield* watchLoop("close forgotten", interval)
    yield* loop.turn(closeForgotten).pipe(
      Effect.catchCause((cause) => Effect.logDebug("not checked", cause)),
      Effect.repeat(Schedule.spaced(interval)),
      Effect.forkScoped
    )
  })
)
