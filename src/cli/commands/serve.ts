/** `carillon serve`: roles of the engine as a service, from the environment alone. */

import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"

import { layer as logging } from "#src/observability/Logging.ts"

import { WrongUse } from "../errors.ts"

const role = Flag.Literals("role", ["gateway", "planner", "worker", "all", "fanout", "scheduler"]).pipe(
  Flag.withDescription("gateway: HTTP. planner: events to jobs. worker: jobs to mail"),
  Flag.withDefault("all")
)

export const serve = Command.make(
  "serve",
  { role },
  Effect.fnUntraced(function* ({ role }) {
    if (role === "fanout" || role === "scheduler")
      return yield* new WrongUse({
        reason: `The role ${role} comes with campaigns, which are not built yet.`
      })
    const { runService } = yield* Effect.promise(() => import("../service.ts"))
    yield* runService(role)
  })
).pipe(
  Command.provide(logging),
  Command.withDescription("Run roles of the engine against the NATS and Postgres of the environment")
)
