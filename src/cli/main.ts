#!/usr/bin/env node
/** `carillon`: the command line, and the process that everything runs in. */

// oxlint-disable-next-line import/no-unassigned-import -- compiles schemas; before the first use of any
import "effect/schema/SchemaJITCompiler/enable"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"

import { version } from "#src/http/version.ts"
import { layerPerson } from "#src/observability/Logging.ts"

import { balance } from "./commands/balance.ts"
import { delivery } from "./commands/delivery.ts"
import { dlq } from "./commands/dlq.ts"
import { doctor } from "./commands/doctor.ts"
import { event } from "./commands/event.ts"
import { keys } from "./commands/keys.ts"
import { migrate } from "./commands/migrate.ts"
import { restore } from "./commands/restore.ts"
import { serve } from "./commands/serve.ts"
import { streams } from "./commands/streams.ts"
import { trace } from "./commands/trace.ts"
import { up } from "./commands/up.ts"
import { exitCode, explain } from "./outcome.ts"

const carillon = Command.make("carillon").pipe(
  Command.withDescription("Events in, delivered messages out, and a ledger that says what became of each"),
  Command.withSubcommands([
    up,
    serve,
    migrate,
    streams,
    event,
    trace,
    balance,
    doctor,
    dlq,
    delivery,
    restore,
    keys
  ])
)

/** Signals are the affair of what runs until it is told to stop; all else they end at once, as they do by default. */
const run = Runtime.makeRunMain(({ fiber, teardown }) => {
  fiber.addObserver((exit) => teardown(exit, (code) => process.exit(code)))
})

// Whoever read our output may go away before we do, e.g. `head`.
process.stdout.on("error", () => undefined)

Command.run(carillon, { version }).pipe(
  Effect.tapCause((cause) => {
    const said = explain(cause)
    return said === "" ? Effect.void : Console.error(said)
  }),
  Effect.provide(Layer.merge(NodeServices.layer, layerPerson)),
  run({ disableErrorReporting: true, teardown: (exit, onExit) => onExit(exitCode(exit)) })
)
