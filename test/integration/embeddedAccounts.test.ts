/** The users of nats-accounts.conf: each can do its work, and nothing beside it. */

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { type NatsConnection, connect } from "@nats-io/transport-node"
import { Config, Effect, Option, Schema } from "effect"

import { freePort } from "#src/embedded/freePort.ts"
import { startServer } from "#src/embedded/ServerProcess.ts"

const accounts = fileURLToPath(new URL("../../nats-accounts.conf", import.meta.url))

const users = ["gateway", "planner", "worker", "operator", "publisher-default"] as const
type User = (typeof users)[number]

const password = (user: User | "admin") => `secret-of-${user}`
const variable = (user: User | "admin") => `NATS_${user.toUpperCase().replace("-", "_")}_PASSWORD`

/** Its URL. The passwords are in its environment, as in production. */
const server = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "carillon-accounts-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )
  copyFileSync(accounts, join(folder, "nats-accounts.conf"))
  writeFileSync(join(folder, "nats.conf"), 'jetstream { store_dir: "store" }\ninclude ./nats-accounts.conf\n')
  const port = yield* freePort(0, "")
  const passwords = (["admin", ...users] as const).map((user) => `${variable(user)}=${password(user)}`)
  const program = yield* Config.NonEmptyString("NATS_SERVER_BIN").pipe(Config.withDefault("nats-server"))
  const args = ["--config", "nats.conf", "--addr", "127.0.0.1", "--port", String(port)]
  yield* startServer({
    name: "nats-server",
    program: "env",
    args: [...passwords, program, ...args],
    as: Option.none(),
    cwd: folder,
    log: join(folder, "log"),
    stopSignal: "SIGTERM",
    isReady: () =>
      Effect.promise(() => connect({ port, user: "operator", pass: password("operator") })).pipe(
        Effect.tap((connection) => Effect.promise(() => connection.close())),
        Effect.as(true),
        Effect.catchDefect(() => Effect.succeed(false))
      )
  })
  return port
})

const loggedIn = (port: number, user: User) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      connect({
        port,
        user,
        pass: password(user),
        ...(user.startsWith("publisher") && { inboxPrefix: `_INBOX_${user}` })
      })
    ),
    (connection) => Effect.promise(() => connection.close())
  )

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Json))

/** What JetStream answered, or why it was not asked. */
const ask = (connection: NatsConnection, subject: string, body: Schema.Json = {}) =>
  Effect.tryPromise({
    try: () => connection.request(subject, toJson(body), { timeout: 2000 }),
    catch: (error) => String(error)
  }).pipe(
    Effect.map((answer) => answer.string()),
    Effect.catch((refusal) => Effect.succeed(refusal))
  )

const stream = (name: string, subject: string) => ({
  name,
  subjects: [subject],
  retention: "workqueue",
  storage: "file"
})
const durable = (stream_name: string, durable_name: string) => ({
  stream_name,
  action: "",
  config: { durable_name, name: durable_name, ack_policy: "explicit" }
})

const refused = /[Pp]ermissions [Vv]iolation/

const prepared = Effect.gen(function* () {
  const port = yield* server
  const operator = yield* loggedIn(port, "operator")
  for (const [name, subject] of [
    ["EVENTS", "events.>"],
    ["JOBS_EMAIL", "jobs.email.>"]
  ] as const)
    assert.notInclude(yield* ask(operator, `$JS.API.STREAM.CREATE.${name}`, stream(name, subject)), '"error"')
  const made = yield* ask(
    operator,
    "$JS.API.CONSUMER.CREATE.JOBS_EMAIL.deliver-email",
    durable("JOBS_EMAIL", "deliver-email")
  )
  assert.notInclude(made, '"error"')
  return { port, operator }
})

describe("nats-accounts.conf", () => {
  it.live("lets a publisher publish the events of its organization, with an acknowledgement", () =>
    Effect.gen(function* () {
      const { port } = yield* prepared
      const publisher = yield* loggedIn(port, "publisher-default")
      assert.include(yield* ask(publisher, "events.default.user_registered"), '"stream":"EVENTS"')
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live.each([
    "events.other.user_registered",
    "jobs.email.tx.default",
    "dlq.JOBS_EMAIL.deliver-email.1",
    "$JS.API.CONSUMER.MSG.NEXT.JOBS_EMAIL.deliver-email",
    "$JS.API.CONSUMER.CREATE.JOBS_EMAIL.mine",
    "$JS.API.STREAM.DELETE.EVENTS",
    "$JS.API.STREAM.MSG.GET.EVENTS"
  ])("refuses a publisher %s", (subject) =>
    Effect.gen(function* () {
      const { port } = yield* prepared
      const publisher = yield* loggedIn(port, "publisher-default")
      assert.match(yield* ask(publisher, subject), refused)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live.each(["jobs.>", "events.>", "_INBOX.>"])("refuses a publisher to listen to %s", (subject) =>
    Effect.gen(function* () {
      const { port } = yield* prepared
      const publisher = yield* loggedIn(port, "publisher-default")
      const error = yield* Effect.callback<string>((resume) => {
        publisher.subscribe(subject, { callback: (error) => resume(Effect.succeed(String(error))) })
      })
      assert.match(error, refused)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("lets a worker take jobs and acknowledge them", () =>
    Effect.gen(function* () {
      const { port, operator } = yield* prepared
      const worker = yield* loggedIn(port, "worker")
      yield* ask(operator, "jobs.email.tx.default", { job: 1 })
      const job = yield* Effect.promise(() =>
        // Without the shared inbox, which knows answers by a subject that a delivery does not have.
        worker.request("$JS.API.CONSUMER.MSG.NEXT.JOBS_EMAIL.deliver-email", "1", {
          noMux: true,
          timeout: 2000
        })
      )
      assert.deepStrictEqual(job.json(), { job: 1 })
      yield* Effect.promise(() => worker.request(job.reply ?? "", "+ACK", { timeout: 2000 }))
      assert.include(yield* ask(operator, "$JS.API.STREAM.INFO.JOBS_EMAIL"), '"messages":0')
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live.each([
    "$JS.API.CONSUMER.MSG.NEXT.EVENTS.plan-events",
    "$JS.API.STREAM.DELETE.JOBS_EMAIL",
    "$JS.API.STREAM.PURGE.JOBS_EMAIL",
    "$JS.API.CONSUMER.DELETE.JOBS_EMAIL.deliver-email"
  ])("refuses a worker %s", (subject) =>
    Effect.gen(function* () {
      const { port } = yield* prepared
      const worker = yield* loggedIn(port, "worker")
      assert.match(yield* ask(worker, subject), refused)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("refuses a gateway to take jobs or events", () =>
    Effect.gen(function* () {
      const { port } = yield* prepared
      const gateway = yield* loggedIn(port, "gateway")
      for (const durable of ["JOBS_EMAIL.deliver-email", "EVENTS.plan-events"])
        assert.match(yield* ask(gateway, `$JS.API.CONSUMER.MSG.NEXT.${durable}`), refused)
      assert.include(yield* ask(gateway, "events.default.user_registered"), '"stream":"EVENTS"')
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
