/** Everything that one run has to itself: folder, servers, wires, mail server, processes, and the driver's own connections. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { Effect, FileSystem } from "effect"
import postgres from "postgres"

import { natsCommand } from "#src/embedded/natsServer.ts"
import { postgresCommand } from "#src/embedded/postgresServer.ts"
import { runCommand } from "#src/embedded/runCommand.ts"
import { type Call, callAt } from "#test/support/httpCall.ts"
import { natsPublisher } from "#test/support/natsPublisher.ts"

import { authorization, type Cluster, copyCluster, databaseUrl, operatorKey } from "./cluster.ts"
import { mountImage, mountTmpfs } from "./Disk.ts"
import { makeEngine } from "./Engine.ts"
import { type Link } from "./Fault.ts"
import { mailServer } from "./mailServer.ts"
import { type Plan, type Scenario } from "./Scenario.ts"
import { makeServer } from "./Server.ts"
import { steadyPort } from "./steadyPort.ts"
import { makeWire, type Wire } from "./Wire.ts"

/** An API call that gets no answer is an answer too. */
const callTimeout = "10 seconds"

const shippedConfiguration = fileURLToPath(new URL("../nats.conf", import.meta.url))

/** The shipped one with the server's own default for fsync: every two minutes. */
const lazyConfiguration = (folder: string): string => {
  const file = join(folder, "lazy.conf")
  writeFileSync(file, readFileSync(shippedConfiguration, "utf8").replace("sync_interval: always", ""))
  return file
}

interface NatsPlace {
  readonly program: string
  readonly folder: string
  /** Its store is in here. */
  readonly cwd: string
}

const natsIn = Effect.fnUntraced(function* ({ cwd, folder, program }: NatsPlace, { spoilt }: Scenario) {
  const port = yield* steadyPort
  const configuration = spoilt === "nats without fsync" ? lazyConfiguration(folder) : shippedConfiguration
  const files = { log: join(folder, "nats.log"), pidFile: join(folder, "nats.pid") }
  const server = yield* makeServer(natsCommand({ program, port, cwd, configuration, ...files }))
  return { server, port, store: join(cwd, "nats") }
})

const postgresIn = Effect.fnUntraced(function* (
  folder: string,
  { cluster, within }: { cluster: Cluster; within: string },
  { disk, spoilt }: Scenario
) {
  const data = yield* copyCluster(cluster, within)
  // What the driver copied is to be on the disk before its power goes: an initdb syncs what it makes.
  if (disk === "ext4 image") yield* runCommand({ program: "sync", args: ["--file-system", data] })
  const port = yield* steadyPort
  const overrides =
    spoilt === "postgres without synchronous commit"
      ? { synchronous_commit: "off", wal_writer_delay: "5s" }
      : {}
  const log = join(folder, "postgres.log")
  const command = yield* postgresCommand({ place: cluster.place, data, port, log, overrides })
  return { server: yield* makeServer(command), port, data }
})

/** The folders in which both servers keep their data, on the disk that the scenario asks for. */
const disksIn = Effect.fnUntraced(function* (folder: string, { disk }: Scenario) {
  const [nats, database] = [join(folder, "nats-disk"), join(folder, "postgres-disk")]
  mkdirSync(nats)
  mkdirSync(database)
  if (disk === "nats on tmpfs") yield* mountTmpfs(nats)
  if (disk === "postgres on tmpfs") yield* mountTmpfs(database)
  if (disk !== "ext4 image") return { nats, postgres: database, power: undefined }
  const both = join(folder, "disk")
  mkdirSync(both)
  const power = yield* mountImage(both)
  const inside = { nats: join(both, "nats-disk"), postgres: join(both, "postgres-disk") }
  mkdirSync(inside.nats)
  mkdirSync(inside.postgres, { mode: 0o711 })
  return { ...inside, power }
})

/** One for each link that the plan gives trouble; the others are direct. */
const wiresFor = Effect.fnUntraced(function* (plan: Plan, ports: Readonly<Record<Link, number>>) {
  const wires = new Map<Link, Wire>()
  for (const { fault } of plan.faults)
    if (fault._tag === "Wire" && !wires.has(fault.link))
      wires.set(fault.link, yield* makeWire(ports[fault.link]))
  return wires
})

const client = (url: string) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      postgres(url, { max: 2, onnotice: () => undefined, connect_timeout: 10, backoff: false })
    ),
    (sql) => Effect.promise(() => sql.end({ timeout: 1 }))
  )

/** All runs, every process of the engine serves. Goes with the scope, kill -9 and all. */
export const makeWorld = Effect.fnUntraced(function* (scenario: Scenario, plan: Plan, cluster: Cluster) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "carillon-chaos-" })
  yield* fs.chmod(folder, 0o711)
  const disks = yield* disksIn(folder, scenario)
  const nats = yield* natsIn({ program: cluster.natsServer, folder, cwd: disks.nats }, scenario)
  const database = yield* postgresIn(folder, { cluster, within: disks.postgres }, scenario)
  yield* Effect.all([nats.server.start, database.server.start], { concurrency: "unbounded" })

  const mail = yield* mailServer
  const ports = { nats: nats.port, postgres: database.port, smtp: Number(new URL(mail.sink.url).port) }
  const wires = yield* wiresFor(plan, ports)
  const portOf = (link: Link) => wires.get(link)?.port ?? ports[link]
  const gatewayPort = yield* steadyPort
  const engine = yield* makeEngine(
    {
      NATS_URL: `nats://127.0.0.1:${portOf("nats")}`,
      DATABASE_URL: databaseUrl(cluster, portOf("postgres")),
      SMTP_URL: `smtp://127.0.0.1:${portOf("smtp")}`,
      MAIL_FROM: "Carillon <no-reply@example.org>",
      CARILLON_OPERATOR_KEY: operatorKey,
      // Half of what a start costs, and there are many.
      NODE_COMPILE_CACHE: cluster.compileCache
    },
    gatewayPort
  )
  yield* engine.startAll
  const api = `http://127.0.0.1:${gatewayPort}`
  return {
    disks,
    engine,
    mail,
    wires,
    servers: { nats: nats.server, postgres: database.server },
    /** The folder of JetStream's store. */
    store: nats.store,
    publisher: yield* natsPublisher(`nats://127.0.0.1:${nats.port}`),
    sql: yield* client(databaseUrl(cluster, database.port)),
    /** As the operator. */
    call: (call: Call) =>
      Effect.timeout(callAt(api, { ...call, headers: { ...authorization, ...call.headers } }), callTimeout)
  }
})

export type World = Effect.Success<ReturnType<typeof makeWorld>>
