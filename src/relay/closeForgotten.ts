/** A worker looks after itself: what it is said to be sending and is not. */

import { Effect, Layer, Schedule } from "effect"

import { SelfCheck } from "#src/services/SelfCheck.ts"

const interval = "60 seconds"

export const layer = Layer.effectDiscard(
  SelfCheck.use(({ closeForgotten }) => closeForgotten).pipe(
    Effect.catchCause((cause) => Effect.logDebug("not checked", cause)),
    Effect.repeat(Schedule.spaced(interval)),
    Effect.forkScoped
  )
)
