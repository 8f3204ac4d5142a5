/** The environment of commands that speak to NATS or Postgres themselves. */

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** With the server of what runs in the home folder, where `variable` names none. */
export const environmentWith = (variable: "NATS_URL" | "DATABASE_URL") =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("./running.ts")),
      ({ environmentWith }) => environmentWith(variable)
    )
  )
