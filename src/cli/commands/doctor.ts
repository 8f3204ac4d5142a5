/** `carillon doctor`: what is wrong with the system, and what to do about it. */

import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { json } from "../asJson.ts"
import { environmentWith } from "../environment.ts"

const environment = environmentWith("NATS_URL").pipe(Layer.provideMerge(environmentWith("DATABASE_URL")))

const examination = Layer.unwrap(
  Effect.map(
    Effect.promise(() => import("#src/main.ts")),
    ({ examination }) => examination
  )
).pipe(Layer.provideMerge(environment))

export const doctor = Command.make("doctor", { json }, ({ json }) =>
  Effect.flatMap(
    Effect.promise(() => import("../doctor.ts")),
    ({ doctor }) => doctor(json)
  )
).pipe(
  Command.provide(examination),
  Command.withDescription(
    "Find what is wrong with servers, streams, templates and work that waits; says what to do"
  )
)
