/** `carillon trace`: the whole story of a message, or of an event and its messages. */

import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

import { json } from "../asJson.ts"
import { httpClient } from "../httpClient.ts"

const id = Argument.String("id").pipe(Argument.withDescription("A job_id or an event_id"))

export const trace = Command.make("trace", { id, json }, (asked) =>
  Effect.flatMap(
    Effect.promise(() => import("../trace/trace.ts")),
    ({ trace }) => trace(asked)
  )
).pipe(
  Command.provide(httpClient),
  Command.withDescription("Show every step of a message's life, or of an event's messages")
)
