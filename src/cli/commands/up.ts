/** `carillon up`: everything on one machine, with one command. */

import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

export const up = Command.make("up", {}, () =>
  Effect.flatMap(
    Effect.promise(() => import("../up/up.ts")),
    ({ up }) => up
  )
).pipe(
  Command.withDescription(
    "Start everything on this machine: NATS, Postgres, a mail catcher and all roles. Ctrl-C stops it"
  )
)
