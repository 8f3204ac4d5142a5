/** `carillon keys`: who may call the API, besides the operator. */

import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"

import { AccessRole } from "#schemas/AccessRole.ts"

import { json } from "../asJson.ts"
import { httpClient } from "../httpClient.ts"

const deeds = Effect.promise(() => import("../keys.ts"))

const createFlags = {
  name: Argument.String("name").pipe(Argument.withDescription("What the key is for")),
  role: Flag.Literals("role", AccessRole.literals).pipe(
    Flag.withDescription(
      "operator: everything; editor: templates and event types; publisher: events; viewer: reading"
    )
  ),
  json
}

const create = Command.make("create", createFlags, (asked) =>
  Effect.flatMap(deeds, ({ create }) => create(asked))
).pipe(
  Command.withDescription("Make a key; prints it, this once"),
  Command.withExamples([
    { command: "carillon keys create shop --role publisher", description: "A key that may publish events" }
  ])
)

const list = Command.make("list", { json }, ({ json }) =>
  Effect.flatMap(deeds, ({ list }) => list(json))
).pipe(Command.withDescription("Show the keys: whose, and when they were last used"))

const id = Argument.String("id").pipe(Argument.withDescription("As the list has it, e.g. key_…"))

const revoke = Command.make("revoke", { id }, ({ id }) =>
  Effect.flatMap(deeds, ({ revoke }) => revoke(id))
).pipe(Command.withDescription("End a key; it is dead within five seconds"))

export const keys = Command.make("keys").pipe(
  Command.withDescription("Keys of the API; CARILLON_ORGANIZATION names another organization than default"),
  Command.withSubcommands([create, list, revoke]),
  Command.provide(httpClient)
)
