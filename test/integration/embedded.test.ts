/** One machine as its users know it: it starts, survives what may happen to it, and leaves nothing behind. */

import { type ChildProcess, spawn } from "node:child_process"
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { connect } from "@nats-io/transport-node"
import { ConfigProvider, Effect, Layer, Option, Redacted, Schedule, Schema } from "effect"
import postgres from "postgres"

import { Embedded } from "#src/embedded/Embedded.ts"
import { commandLine } from "#src/embedded/processIdentity.ts"
import { Say } from "#src/embedded/Say.ts"
import { AddressesJson } from "#test/support/embeddedMain.ts"

const program = fileURLToPath(new URL("../support/embeddedMain.ts", import.meta.url))

const settings = (home: string) => ({
  CARILLON_HOME: home,
  CARILLON_NATS_PORT: "0",
  CARILLON_POSTGRES_PORT: "0",
  CARILLON_SMTP_PORT: "0",
  CARILLON_MAIL_PORT: "0"
})

/** A folder that any user can pass through, gone with the scope. */
const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const made = mkdtempSync(join(tmpdir(), "carillon-embedded-"))
    chmodSync(made, 0o777)
    return made
  }),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

/** One machine in this process, until the scope ends. */
const machine = (environment: Record<string, string>) =>
  Layer.build(Embedded.layer).pipe(
    Effect.flatMap((context) => Effect.provideContext(Embedded, context)),
    Effect.provideService(Say, () => Effect.void),
    Effect.provideService(
      ConfigProvider.ConfigProvider,
      ConfigProvider.orElse(ConfigProvider.fromUnknown(environment), ConfigProvider.fromEnv())
    )
  )

interface Started {
  readonly child: ChildProcess
  readonly addresses: typeof AddressesJson.Type
}

/** One machine in a process of its own; killed with the scope, if it still lives. */
const machineProcess = (environment: Record<string, string>, as: { uid?: number; gid?: number } = {}) =>
  Effect.acquireRelease(
    Effect.callback<Started>((resume) => {
      const child = spawn(process.execPath, [program], {
        env: { ...process.env, ...environment },
        stdio: ["ignore", "pipe", "pipe"],
        ...as
      })
      let printed = ""
      child.stderr.on("data", (text) => (printed += String(text)))
      child.stdout.on("data", (text) => {
        const found = String(text)
          .split("\n")
          .find((line) => line.startsWith("{"))
        if (found === undefined) return
        resume(
          Effect.map(Effect.orDie(Schema.decodeEffect(AddressesJson)(found)), (addresses) => ({
            child,
            addresses
          }))
        )
      })
      child.once("exit", (code) => resume(Effect.die(`ended with ${code}: ${printed}`)))
    }),
    ({ child }) => end(child, "SIGTERM")
  )

const end = (child: ChildProcess, signal: NodeJS.Signals) =>
  Effect.callback<void>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill(signal)
  })

const query = (url: string, text: string) =>
  Effect.acquireUseRelease(
    Effect.sync(() => postgres(url, { max: 1 })),
    (sql) => Effect.promise(() => sql.unsafe(text)),
    (sql) => Effect.promise(() => sql.end())
  )

const serverPids = (home: string) => [
  Number.parseInt(readFileSync(join(home, "nats", "nats-server.pid"), "utf8"), 10),
  Number.parseInt(readFileSync(join(home, "postgres", "data", "postmaster.pid"), "utf8"), 10)
]

const runs = (pid: number) => Effect.map(commandLine(pid), Option.isSome)

const untilGone = (pid: number) =>
  runs(pid).pipe(Effect.repeat({ while: (lives) => lives, schedule: Schedule.spaced("20 millis") }))

/** Programs that a start as root needs, without `setpriv`, which would end the servers with their parent. */
const pathWithoutSetpriv = (into: string) => {
  const found = (name: string) => ["/usr/bin", "/bin"].map((bin) => join(bin, name))[0] ?? name
  for (const name of ["id", "test", "ps", "cp", "chown"]) symlinkSync(found(name), join(into, name))
  return into
}

/** A process that has nothing to do with us. */
const bystander = Effect.acquireRelease(
  Effect.sync(() => spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"])),
  (child) => end(child, "SIGKILL")
)

/** A port that somebody listens on until the scope ends. */
const takenPort = Effect.acquireRelease(
  Effect.callback<Server>((resume) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
).pipe(
  Effect.map((server) => {
    const address = server.address()
    return typeof address === "object" && address !== null ? address.port : 0
  })
)

describe("Embedded", () => {
  it.live("serves NATS with JetStream, and Postgres", () =>
    Effect.gen(function* () {
      const { natsUrl, databaseUrl } = yield* machine(settings(join(yield* folder, "home")))
      const connection = yield* Effect.promise(() => connect({ servers: natsUrl }))
      assert.isTrue(connection.info?.jetstream)
      yield* Effect.promise(() => connection.close())
      const [row] = yield* query(Redacted.value(databaseUrl), "select current_database() as name")
      assert.strictEqual(row?.["name"], "carillon")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("keeps what was written when it stops and starts again, and leaves no process", () =>
    Effect.gen(function* () {
      const home = join(yield* folder, "home")
      const pids = yield* Effect.scoped(
        Effect.gen(function* () {
          const { databaseUrl } = yield* machine(settings(home))
          yield* query(Redacted.value(databaseUrl), "create table kept (n int)")
          return serverPids(home)
        })
      )
      for (const pid of pids) assert.isFalse(yield* runs(pid))
      const { databaseUrl } = yield* machine(settings(home))
      yield* query(Redacted.value(databaseUrl), "select n from kept")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("ends the orphans that kill -9 left, and takes over their data", () =>
    Effect.gen(function* () {
      const outer = yield* folder
      const home = join(outer, "home")
      const { child, addresses } = yield* machineProcess({
        ...settings(home),
        PATH: pathWithoutSetpriv(outer)
      })
      yield* query(addresses.postgres, "create table kept (n int)")
      const orphans = serverPids(home)
      yield* end(child, "SIGKILL")
      for (const pid of orphans) assert.isTrue(yield* runs(pid))

      const { databaseUrl } = yield* machine(settings(home))

      for (const pid of orphans) assert.isFalse(yield* runs(pid))
      yield* query(Redacted.value(databaseUrl), "select n from kept")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live.skipIf(process.platform !== "linux")("takes its servers with it when it is killed by kill -9", () =>
    Effect.gen(function* () {
      const home = join(yield* folder, "home")
      const { child } = yield* machineProcess(settings(home))
      const servers = serverPids(home)
      yield* end(child, "SIGKILL")
      for (const pid of servers) yield* untilGone(pid)
    }).pipe(Effect.scoped)
  )

  it.live("starts a server again that dies", () =>
    Effect.gen(function* () {
      const home = join(yield* folder, "home")
      const { natsUrl } = yield* machine(settings(home))
      const [killed = 0] = serverPids(home)
      process.kill(killed, "SIGKILL")
      yield* untilGone(killed)
      const connection = yield* Effect.promise(() =>
        connect({ servers: natsUrl, waitOnFirstConnect: true, reconnectTimeWait: 50 })
      )
      assert.isTrue(connection.info?.jetstream)
      yield* Effect.promise(() => connection.close())
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("never takes another process for its orphan, whatever its pid file says", () =>
    Effect.gen(function* () {
      const home = join(yield* folder, "home")
      yield* Effect.scoped(machine(settings(home)))
      const { pid: stranger = 0 } = yield* bystander
      writeFileSync(join(home, "nats", "nats-server.pid"), String(stranger))
      writeFileSync(join(home, "postgres", "data", "postmaster.pid"), `${stranger}\n`)
      const { natsUrl } = yield* machine(settings(home))
      assert.match(natsUrl, /^nats:/)
      assert.isTrue(yield* runs(stranger))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("says that another one runs in the same home, and where", () =>
    Effect.gen(function* () {
      const home = join(yield* folder, "home")
      const { child } = yield* machineProcess(settings(home))
      const error = yield* Effect.flip(Effect.scoped(machine(settings(home))))
      assert.deepInclude(error, {
        _tag: "AlreadyRunning",
        pid: child.pid ?? 0,
        http: "http://127.0.0.1:8240"
      })
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live.each(["CARILLON_NATS_PORT", "CARILLON_POSTGRES_PORT", "CARILLON_SMTP_PORT", "CARILLON_MAIL_PORT"])(
    "names %s when its port is taken",
    (variable) =>
      Effect.gen(function* () {
        const port = yield* takenPort
        const error = yield* Effect.flip(
          Effect.scoped(machine({ ...settings(join(yield* folder, "home")), [variable]: String(port) }))
        )
        assert.deepInclude(error, { _tag: "PortTaken", port, variable })
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("starts nothing that is provided", () =>
    Effect.gen(function* () {
      const provided = {
        NATS_URL: "nats://elsewhere:4222",
        POSTGRES_HOST: "db",
        POSTGRES_PASSWORD: "p@ss",
        SMTP_URL: "smtp://relay:25"
      }
      const embedded = yield* machine({ ...settings(join(yield* folder, "home")), ...provided })
      assert.strictEqual(embedded.natsUrl, "nats://elsewhere:4222")
      assert.strictEqual(Redacted.value(embedded.databaseUrl), "postgres://postgres:p%40ss@db:5432/carillon")
      assert.isTrue(Option.isNone(embedded.mailUrl))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live.skipIf(process.getuid?.() !== 0)("runs as an ordinary user too", () =>
    Effect.gen(function* () {
      const home = join(yield* folder, "home")
      const { addresses } = yield* machineProcess(settings(home), { uid: 65_534, gid: 65_534 })
      const [row] = yield* query(addresses.postgres, "select current_user as name")
      assert.strictEqual(row?.["name"], "carillon")
    }).pipe(Effect.scoped)
  )

  it.live.skipIf(process.getuid?.() !== 0)(
    "keeps its data elsewhere, and finds it again, where Postgres cannot reach root's home",
    () =>
      Effect.gen(function* () {
        const closed = join(yield* folder, "closed")
        mkdirSync(closed, { mode: 0o700 })
        const home = join(closed, "home")
        const created = yield* Effect.scoped(
          Effect.flatMap(machine(settings(home)), ({ databaseUrl }) =>
            query(Redacted.value(databaseUrl), "create table kept (n int)")
          )
        )
        assert.isEmpty(created)
        const elsewhere = dirname(realpathSync(join(home, "postgres")))
        yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(elsewhere, { recursive: true })))
        const { databaseUrl } = yield* machine(settings(home))
        yield* query(Redacted.value(databaseUrl), "select n from kept")
        assert.match(elsewhere, /^\/var\/lib\/carillon-/)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
