/** `carillon streams`: the topology on the NATS server, made and compared with its definition. */

import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { json } from "../asJson.ts"
import { environmentWith } from "../environment.ts"

const deeds = Effect.promise(() => import("../topology.ts"))

const connected = Layer.unwrap(
  Effect.map(
    Effect.promise(() => import("../connected.ts")),
    ({ connected }) => connected
  )
).pipe(Layer.provide(environmentWith("NATS_URL")))

const apply = Command.make("apply", { json }, ({ json }) =>
  Effect.flatMap(deeds, ({ apply }) => apply(json))
).pipe(
  Command.provide(connected),
  Command.withDescription("Make or update the streams and durables; safe to repeat")
)

const status = Command.make("status", { json }, ({ json }) =>
  Effect.flatMap(deeds, ({ status }) => status(json))
).pipe(
  Command.provide(connected),
  Command.withDescription("Show the streams and durables, and whether they are as defined")
)

export const streams = Command.make("streams").pipe(
  Command.withDescription("The streams and durables on the NATS server"),
  Command.withSubcommands([apply, status])
)
