/** Before all tests: a nats-server program is found or got, and one Postgres serves the whole run. */

import { fileURLToPath } from "node:url"

import { NodeServices } from "@effect/platform-node"
import { Config, Console, Effect, Layer, ManagedRuntime } from "effect"

import { EmbeddedConfig } from "#src/config/EmbeddedConfig.ts"
import { findNatsServer } from "#src/embedded/findNatsServer.ts"
import { Say } from "#src/embedded/Say.ts"
import { ownServer } from "#test/support/postgresServer.ts"

/** Got once for all runs of this clone. */
const programs = fileURLToPath(new URL("../../.carillon/bin", import.meta.url))

const nats = Effect.gen(function* () {
  const { natsServerBin } = yield* EmbeddedConfig
  process.env["NATS_SERVER_BIN"] = yield* findNatsServer(natsServerBin, programs)
})

/** Unless somebody gave us one. */
const database = Effect.gen(function* () {
  process.env["TEST_DATABASE_URL"] = yield* Config.NonEmptyString("TEST_DATABASE_URL").pipe(
    Effect.catchTag("ConfigError", () => ownServer)
  )
})

const layer = Layer.effectDiscard(Effect.all([nats, database], { concurrency: "unbounded" })).pipe(
  Layer.provide(Layer.succeed(Say, Console.log)),
  Layer.provide(NodeServices.layer)
)
const runtime = ManagedRuntime.make(layer)

/** The tests read both addresses from the environment, which they inherit. */
export const setup = () => runtime.runPromise(Effect.void)
export const teardown = () => runtime.dispose()
