/** `carillon restore`: a ledger that was restored from a backup, brought up to what the streams know. */

import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { json } from "../asJson.ts"
import { environmentWith } from "../environment.ts"

const yes = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

const flags = {
  dryRun: yes("dry-run", "Say what it would do, and change nothing"),
  confirmFailover: yes(
    "confirm-failover",
    "This Postgres is right as it is: replay nothing, only let it go on"
  ),
  takeOver: yes("take-over", "This Postgres takes the place of another one, to which this NATS belonged"),
  evenIfCurrent: yes("even-if-current", "NATS knows no more than this Postgres; with every process stopped"),
  json
}

const connected = Layer.unwrap(
  Effect.map(
    Effect.promise(() => import("../restoring.ts")),
    ({ restoring }) => restoring
  )
).pipe(
  // One over the other: each adds its own to the environment that it finds.
  Layer.provide(environmentWith("DATABASE_URL")),
  Layer.provide(environmentWith("NATS_URL"))
)

export const restore = Command.make("restore", flags, (flags) =>
  Effect.flatMap(
    Effect.promise(() => import("../restoring.ts")),
    ({ restoreAndTell }) => restoreAndTell(flags)
  )
).pipe(
  Command.provide(connected),
  Command.withDescription(
    "After a backup of Postgres was restored: accept again and settle what the streams know of since, " +
      "list what is in doubt, and let every process go on"
  )
)
