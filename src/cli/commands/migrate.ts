/** `carillon migrate`: the database brought to the schema of this version. */

import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import { environmentWith } from "../environment.ts"

const migrateAndTell = Effect.gen(function* () {
  const { migration } = yield* Effect.promise(() => import("#src/main.ts"))
  const applied = yield* migration
  for (const name of applied) yield* Console.log(`applied ${name}`)
  if (applied.length === 0) yield* Console.log("nothing to apply")
})

export const migrate = Command.make("migrate", {}, () => migrateAndTell).pipe(
  Command.provide(environmentWith("DATABASE_URL")),
  Command.withDescription(
    "Bring the database to this version's schema, with the built-in event types and templates"
  )
)
