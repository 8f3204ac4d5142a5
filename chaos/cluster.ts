/** What all runs share: a NATS server program, and a Postgres with everything a run needs in it, which each copies. */

import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { Console, Effect, FileSystem, Option } from "effect"

import { EmbeddedConfig } from "#src/config/EmbeddedConfig.ts"
import { findNatsServer } from "#src/embedded/findNatsServer.ts"
import { DATABASE, initPostgres, ROLE } from "#src/embedded/initPostgres.ts"
import { type PostgresPlace, postgresPlace } from "#src/embedded/postgresPlace.ts"
import { postgresCommand } from "#src/embedded/postgresServer.ts"
import { runCommand } from "#src/embedded/runCommand.ts"
import { Say } from "#src/embedded/Say.ts"
import { callAt } from "#test/support/httpCall.ts"
import { carillon, startCarillon } from "#test/support/processes.ts"
import { definePromotions } from "#test/support/promotions.ts"
import { terminate } from "#test/support/system.ts"

import { makeServer } from "./Server.ts"
import { steadyPort } from "./steadyPort.ts"

export const operatorKey = "an-operator-key-of-forty-characters-here"

export const authorization = { authorization: `Bearer ${operatorKey}` }

/** An event type whose message no one can write. */
const withoutTemplate = {
  event_type: "poison",
  notifications: [
    {
      template_code: "nobody_wrote_it",
      channels: ["email"],
      recipients: { from: "payload", path: "user_id" },
      contacts: { email: "email" }
    }
  ]
}

/** Got once for all runs of this clone. */
const programs = fileURLToPath(new URL("../.carillon/bin", import.meta.url))

export interface Cluster {
  readonly natsServer: string
  readonly place: PostgresPlace
  readonly data: string
  readonly password: string
  /** For the engine's processes of all runs. */
  readonly compileCache: string
}

export const databaseUrl = ({ password }: Cluster, port: number): string =>
  `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`

/** Nothing is sent. */
const mail = { SMTP_URL: "smtp://127.0.0.1:9", MAIL_FROM: "Carillon <no-reply@example.org>" }

const address = /http:\/\/127\.0\.0\.1:\d+/

/** Migrated by the command line, the event types made over the API: as an operator does it. */
const fill = Effect.fnUntraced(function* (url: string, compileCache: string) {
  const environment = {
    // Nobody is there: the gateway serves without.
    NATS_URL: "nats://127.0.0.1:9",
    DATABASE_URL: url,
    CAMPAIGN_SERVICE_PORT: "0",
    CARILLON_OPERATOR_KEY: operatorKey,
    NODE_COMPILE_CACHE: compileCache
  }
  const migrated = yield* carillon(["migrate"], environment)
  if (migrated.code !== 0) return yield* Effect.die(migrated.stderr)
  // All of it, so that the compiled code of every role is kept when it ends.
  const engine = yield* startCarillon(["serve", "--role", "all"], { ...environment, ...mail })
  const [api = ""] = address.exec(yield* engine.awaitOutput('"serving"')) ?? []
  yield* definePromotions((call) => callAt(api, { ...call, headers: authorization }))
  const { status, text } = yield* callAt(api, {
    path: "/api/v1/event-types",
    body: withoutTemplate,
    headers: authorization
  })
  if (status !== 201) return yield* Effect.die(text)
  yield* terminate(engine)
}, Effect.scoped)

/** Made in a temporary folder, which goes with the scope; stopped. */
export const makeCluster = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { natsServerBin } = yield* EmbeddedConfig
  const natsServer = yield* findNatsServer(natsServerBin, programs).pipe(
    Effect.provideService(Say, Console.error)
  )
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "carillon-chaos-cluster-" })
  // Postgres under root runs as another user, who passes through here.
  yield* fs.chmod(folder, 0o711)
  const place = yield* postgresPlace(join(folder, "postgres"))
  const data = join(place.folder, "data")
  const password = yield* initPostgres(place, data, join(folder, "password"))
  const port = yield* steadyPort
  const command = yield* postgresCommand({ place, data, port, log: join(folder, "log") })
  const cluster: Cluster = { natsServer, place, data, password, compileCache: join(folder, "compiled") }
  const server = yield* makeServer(command)
  yield* server.start
  yield* fill(databaseUrl(cluster, port), cluster.compileCache)
  yield* server.stop
  return cluster
}).pipe(Effect.provideService(Say, () => Effect.void))

/** A copy of it in `folder`, which exists: its data folder, owned by whom Postgres runs as. */
export const copyCluster = Effect.fnUntraced(function* ({ data, place }: Cluster, folder: string) {
  const copy = join(folder, "data")
  yield* runCommand({ program: "cp", args: ["-a", data, copy] })
  if (Option.isSome(place.as)) {
    const { gid, uid } = place.as.value
    yield* Effect.flatMap(FileSystem.FileSystem, (fs) => fs.chown(copy, uid, gid))
  }
  return copy
})
