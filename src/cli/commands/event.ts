/** `carillon event publish`: an event, over NATS as services do it, or over HTTP. */

import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"

import { json } from "../asJson.ts"
import { httpClient } from "../httpClient.ts"

const flags = {
  type: Argument.String("type").pipe(Argument.withDescription("Such as user_registered")),
  data: Flag.String("data").pipe(Flag.withDescription("The payload, as a JSON object"), Flag.optional),
  file: Flag.FileText("file").pipe(Flag.withDescription("A file with the payload"), Flag.optional),
  user: Flag.String("user").pipe(Flag.withDescription("The payload's user_id"), Flag.optional),
  source: Flag.String("source").pipe(
    Flag.withDescription("Who says that it happened"),
    Flag.withDefault("carillon-cli")
  ),
  http: Flag.Boolean("http").pipe(
    Flag.withDescription("Over HTTP, which says at once what is wrong"),
    Flag.withDefault(false)
  ),
  json
}

const publish = Command.make("publish", flags, (asked) =>
  Effect.flatMap(
    Effect.promise(() => import("../publish.ts")),
    ({ publish }) => publish(asked)
  )
).pipe(
  Command.provide(httpClient),
  Command.withDescription("Publish an event that happened now; prints its event_id"),
  Command.withExamples([
    {
      command: `carillon event publish user_registered --data '{"user_id":"ada","email":"ada@example.com"}'`,
      description: "A new user, who is sent the welcome mail"
    }
  ])
)

export const event = Command.make("event").pipe(
  Command.withDescription("Events"),
  Command.withSubcommands([publish])
)
