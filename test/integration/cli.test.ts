/** Commands against a NATS and a Postgres of the environment, each a process of its own. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"

import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { Streams } from "#src/nats/Streams.ts"
import { eventually } from "#test/support/eventually.ts"
import { clients } from "#test/support/nats.ts"
import { natsServer, stoppedNatsServer } from "#test/support/natsServer.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"
import { carillon, freshHome, startCarillon } from "#test/support/processes.ts"

/** What an operator's environment names, in an empty home. */
const surroundings = Effect.gen(function* () {
  const { url } = yield* natsServer
  const databaseUrl = yield* freshDatabase
  return { ...(yield* freshHome), NATS_URL: url, DATABASE_URL: databaseUrl }
})

const key = "an-operator-key-of-forty-characters-here"

const Serving = Schema.fromJsonString(
  Schema.Struct({ message: Schema.Tuple([Schema.String, Schema.Struct({ "http.url": Schema.String })]) })
)

const decodeUnknown = Schema.decodeEffect(Schema.fromJsonString(Schema.Unknown))

/** The address in the log's line that says so. */
const addressIn = (log: string) =>
  Effect.map(
    Schema.decodeEffect(Serving)(log.split("\n").find((line) => line.includes('"serving"')) ?? ""),
    ({ message: [, fields] }) => fields["http.url"]
  )

const statusOf = (url: string) => Effect.map(HttpClient.get(url), ({ status }) => status)

describe("carillon migrate", () => {
  it.live("says what it applied, and applies it once", () =>
    Effect.gen(function* () {
      const environment = yield* surroundings
      const first = yield* carillon(["migrate"], environment)
      assert.strictEqual(first.code, 0, first.stderr)
      assert.include(first.stdout, "applied 0001_create_ledger.sql")
      const second = yield* carillon(["migrate"], environment)
      assert.deepStrictEqual(second, { code: 0, stdout: "nothing to apply\n", stderr: "" })
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("says in a line that Postgres is away", () =>
    Effect.gen(function* () {
      const environment = { ...(yield* freshHome), DATABASE_URL: "postgres://carillon@127.0.0.1:1/carillon" }
      const { code, stderr } = yield* carillon(["migrate"], environment)
      assert.strictEqual(code, 1)
      assert.match(stderr, /^Postgres cannot be reached .*\n$/)
    }).pipe(Effect.scoped)
  )
})

describe("carillon streams", () => {
  it.live("fails while something is missing, and no longer when it is made", () =>
    Effect.gen(function* () {
      const environment = yield* surroundings
      const before = yield* carillon(["streams", "status"], environment)
      assert.strictEqual(before.code, 1)
      assert.match(before.stdout, /^EVENTS .* missing$/m)
      const made = yield* carillon(["streams", "apply"], environment)
      assert.strictEqual(made.code, 0, made.stderr)
      const after = yield* carillon(["streams", "status"], environment)
      assert.strictEqual(after.code, 0, after.stderr)
      assert.notInclude(after.stdout, "missing")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("says in a line that NATS is away, without the password", () =>
    Effect.gen(function* () {
      const environment = { ...(yield* freshHome), NATS_URL: "nats://me:secret@127.0.0.1:1" }
      const { code, stderr } = yield* carillon(["streams", "status"], environment)
      assert.strictEqual(code, 1)
      assert.strictEqual(stderr, "NATS does not answer at nats://127.0.0.1:1. Is it running?\n")
    }).pipe(Effect.scoped)
  )
})

describe("carillon event publish", () => {
  it.live("stores an envelope with the id that it prints", () =>
    Effect.gen(function* () {
      const environment = yield* surroundings
      yield* carillon(["streams", "apply"], environment)
      const data = `{"order":7}`
      const args = ["event", "publish", "order_paid", "--data", data, "--user", "ada", "--source", "shop"]
      const { code, stderr, stdout } = yield* carillon(args, environment)
      assert.strictEqual(code, 0, stderr)
      const stored = yield* NatsConnection.use(({ awaitUp }) => awaitUp).pipe(
        Effect.andThen(Streams.use(({ getMessage }) => getMessage("EVENTS", 1))),
        Effect.provide(clients(environment.NATS_URL))
      )
      const { data: body, subject } = Option.getOrThrow(stored)
      assert.strictEqual(subject, "events.default.order_paid")
      const event = yield* decodeUnknown(new TextDecoder().decode(body))
      assert.deepInclude(event, {
        event_id: stdout.trim(),
        event_type: "order_paid",
        source: "shop",
        payload: { order: 7, user_id: "ada" }
      })
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("tells wrong use from failure", () =>
    Effect.gen(function* () {
      const environment = yield* freshHome
      const wrong = yield* carillon(["event", "publish", "order_paid", "--data", "[1]"], environment)
      assert.deepInclude(wrong, { code: 2, stderr: "The payload must be a JSON object.\n" })
      const nowhere = yield* carillon(["event", "publish", "order_paid"], environment)
      assert.strictEqual(nowhere.code, 1)
      assert.match(nowhere.stderr, /^Nothing runs in /)
    }).pipe(Effect.scoped)
  )
})

describe("carillon serve", () => {
  it.live("starts while NATS is away, says so in its health, and stops in order", () =>
    Effect.gen(function* () {
      const nats = yield* stoppedNatsServer
      const environment = {
        ...(yield* freshHome),
        NATS_URL: nats.url,
        DATABASE_URL: yield* freshDatabase,
        SMTP_URL: "smtp://127.0.0.1:1",
        MAIL_FROM: "no-reply@example.com",
        CARILLON_OPERATOR_KEY: key
      }
      yield* carillon(["migrate"], environment)
      const { awaitOutput, ended, signal } = yield* startCarillon(["serve", "--role", "all"], environment)
      const url = yield* addressIn(yield* awaitOutput('"serving"'))
      assert.strictEqual(yield* statusOf(`${url}/health`), 200)
      assert.strictEqual(yield* statusOf(`${url}/api/v1/balance`), 401)
      const degraded = yield* HttpClient.get(`${url}/health/ready`)
      assert.include(yield* degraded.text, "degraded")

      yield* nats.start
      const readiness = Effect.flatMap(HttpClient.get(`${url}/health/ready`), ({ text }) => text)
      yield* eventually("readiness", readiness, { holds: (text) => text.includes('"ready"') })

      yield* signal("SIGTERM")
      const { code, stderr } = yield* ended
      assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeServices.layer, FetchHttpClient.layer)))
  )

  it.live("refuses roles that come later, and settings that are missing", () =>
    Effect.gen(function* () {
      const environment = yield* freshHome
      const later = yield* carillon(["serve", "--role", "fanout"], environment)
      assert.strictEqual(later.code, 2)
      assert.include(later.stderr, "campaigns")
      const unknown = yield* carillon(["serve", "--role", "nobody"], environment)
      assert.strictEqual(unknown.code, 2)
      const nothingSet = yield* carillon(["serve"], environment)
      assert.strictEqual(nothingSet.code, 1)
      assert.include(nothingSet.stderr, "is not set")
    }).pipe(Effect.scoped)
  )
})
