/** The environment of commands that speak to NATS or Postgres themselves. */

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** What runs in the home folder, where the environment names nothing else. */
export const environment = Layer.unwrap(
  Effect.map(
    Effect.promise(() => import("./running.ts")),
    ({ environment }) => environment
  )
)
