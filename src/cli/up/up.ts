/** One machine: the servers, the schema, the streams and all roles, in this order, with a line for each. */

import { ConfigProvider, Console, Context, Effect, Layer, Option, Path } from "effect"

import { EmbeddedConfig } from "#src/config/EmbeddedConfig.ts"
import { Embedded } from "#src/embedded/Embedded.ts"
import { makeHome } from "#src/embedded/makeHome.ts"
import { removeRunFile, type Run, writeRunFile } from "#src/embedded/runFile.ts"
import { Say, say } from "#src/embedded/Say.ts"
import { migration } from "#src/main.ts"
import { type LogFile, logFile } from "#src/observability/LogFile.ts"
import { layerFile } from "#src/observability/Logging.ts"

import { connected } from "../connected.ts"
import { type OperatorKey, operatorKey } from "../operatorKey.ts"
import { startSystem } from "../system.ts"
import { reconcile } from "../topology.ts"
import { untilSignal } from "../untilSignal.ts"
import { addressesOf, settingsOf } from "./addresses.ts"
import { welcome } from "./welcome.ts"

/** The schema and the streams, so that the roles find everything there. */
const prepare = Effect.gen(function* () {
  yield* say("bringing the database to this version")
  const applied = yield* migration
  yield* Effect.forEach(applied, (name) => say(`  applied ${name}`), { discard: true })
  yield* say("making streams and consumers as defined")
  const context = yield* Layer.build(connected)
  yield* Effect.provideContext(reconcile, context)
}).pipe(Effect.scoped)

/** Returns when the API listens. Its address, and when NATS is consumed too. */
const startRoles = Effect.gen(function* () {
  yield* say("starting all roles")
  const { awaitReady, http } = yield* startSystem("all", { embedded: true })
  return { awaitReady, http: Option.getOrThrow(http) }
})

/** Told apart by who may read it: the file holds passwords and is its owner's alone. */
const announce = (home: string, run: Run) =>
  Effect.acquireRelease(writeRunFile(home, run), () => Effect.ignore(removeRunFile(home)))

const startMachine = Effect.fnUntraced(function* (file: LogFile) {
  const embedded = yield* Effect.map(Layer.build(Embedded.layer), Context.get(Embedded))
  // Only now is the home ours alone.
  yield* file.rotate
  const key: OperatorKey = yield* operatorKey(embedded.home.path)
  const settings = ConfigProvider.fromUnknown(settingsOf(embedded, key.key))
  const provider = ConfigProvider.orElse(settings, yield* ConfigProvider.ConfigProvider)
  const { awaitReady, http } = yield* Effect.andThen(prepare, startRoles).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, provider)
  )
  const run = addressesOf(embedded, http)
  // Before it is ready: what hinders it, such as an old Postgres, is mended with the command line.
  yield* announce(embedded.home.path, run)
  yield* awaitReady
  for (const line of yield* welcome({ run, key, home: embedded.home.path })) yield* Console.log(line)
})

const machine = Effect.gen(function* () {
  const { home: folder } = yield* EmbeddedConfig
  const { logs } = yield* makeHome(folder)
  const { join } = yield* Path.Path
  const file = yield* logFile(join(logs, "carillon.log"))
  const logging = yield* Layer.build(layerFile(file))
  yield* Effect.provideContext(startMachine(file), logging)
  return yield* Effect.never
})

export const up = untilSignal(Effect.scoped(machine), () =>
  Console.log("\nStopping: what has begun is finished, then the servers end.")
).pipe(Effect.andThen(Console.log("Stopped.")), Effect.provideService(Say, Console.log))
