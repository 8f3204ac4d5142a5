/** The users of nats-accounts.conf: each can do its work, and nothing beside it. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { type NatsConnection } from "@nats-io/transport-node"
import { Effect, Schema } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { callAt, registration } from "#test/support/httpCall.ts"
import { accountsServer, loggedIn, type User } from "#test/support/natsAccounts.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"
import { carillon, freshHome, startCarillon } from "#test/support/processes.ts"
import { smtpSink } from "#test/support/smtpSink.ts"

const operatorKey = "an-operator-key-of-forty-characters-here"
const address = /http:\/\/127\.0\.0\.1:\d+/

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

/** What the client hears where the server does not let it listen; waits for ever where it does. */
const refusalToListen = (connection: NatsConnection, subject: string) =>
  Effect.callback<string>((resume) => {
    connection.subscribe(subject, { callback: (error) => resume(Effect.succeed(String(error))) })
  })

/** What no role does, whatever befalls it. */
const forbidden = [
  "$JS.API.STREAM.CREATE.MINE",
  "$JS.API.STREAM.UPDATE.EVENTS",
  "$JS.API.STREAM.DELETE.EVENTS",
  "$JS.API.STREAM.PURGE.JOBS_EMAIL",
  "$JS.API.STREAM.MSG.DELETE.EVENTS",
  "$JS.API.STREAM.MSG.DELETE.DLQ",
  "$JS.API.STREAM.MSG.GET.DLQ",
  "$JS.API.DIRECT.GET.DLQ",
  "$JS.API.CONSUMER.CREATE.DLQ.mine",
  "$JS.API.CONSUMER.CREATE.EVENTS.mine",
  "$JS.API.CONSUMER.DELETE.JOBS_EMAIL.deliver-email",
  "$JS.API.STREAM.SNAPSHOT.EVENTS",
  "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.JOBS_EMAIL.deliver-email",
  "$SYS.REQ.SERVER.PING",
  "_INBOX_planner.forged",
  "_INBOX_gateway.forged",
  "user.registered"
]

const refused = /[Pp]ermissions [Vv]iolation/

const prepared = Effect.gen(function* () {
  const { port } = yield* accountsServer
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

  it.live.each(["gateway", "planner", "worker", "publisher-default"] as const)(
    "refuses %s to listen to what is said to others",
    (user) =>
      Effect.gen(function* () {
        const { port } = yield* prepared
        const connection = yield* loggedIn(port, user)
        const others = ["gateway", "planner", "worker"].filter((other) => other !== user)
        const subjects = [
          "jobs.>",
          "events.>",
          "dlq.>",
          ">",
          "_INBOX.>",
          ...others.map((other) => `_INBOX_${other}.>`)
        ]
        for (const subject of subjects)
          assert.match(yield* refusalToListen(connection, subject), refused, subject)
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

  it.live.each<{ readonly user: User; readonly besides: ReadonlyArray<string> }>([
    {
      user: "gateway",
      besides: [
        "$KV.ledger.clock",
        "$JS.API.STREAM.MSG.GET.EVENTS",
        "$JS.API.CONSUMER.MSG.NEXT.JOBS_EMAIL.deliver-email",
        "$JS.API.CONSUMER.MSG.NEXT.EVENTS.plan-events",
        "$JS.ACK.JOBS_EMAIL.deliver-email.1.1.1.1.1"
      ]
    },
    {
      user: "planner",
      besides: [
        "$JS.API.CONSUMER.MSG.NEXT.JOBS_EMAIL.deliver-email",
        "$JS.ACK.JOBS_EMAIL.deliver-email.1.1.1.1.1"
      ]
    },
    {
      user: "worker",
      besides: [
        "$JS.API.CONSUMER.MSG.NEXT.EVENTS.plan-events",
        "$JS.API.STREAM.MSG.DELETE.JOBS_EMAIL",
        "$JS.ACK.EVENTS.plan-events.1.1.1.1.1"
      ]
    }
  ])("refuses a $user what is not its work", ({ besides, user }) =>
    Effect.gen(function* () {
      const { port } = yield* prepared
      const connection = yield* loggedIn(port, user)
      for (const subject of [...forbidden, ...besides])
        assert.match(yield* ask(connection, subject), refused, subject)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live(
    "lets every role do all of its work: no violation in the server's log",
    () =>
      Effect.gen(function* () {
        const nats = yield* accountsServer
        const sink = yield* smtpSink()
        const home = yield* freshHome
        const databaseUrl = yield* freshDatabase
        const of = (user: User) => ({
          ...home,
          NATS_URL: nats.urlOf(user),
          DATABASE_URL: databaseUrl,
          SMTP_URL: sink.url,
          MAIL_FROM: "no-reply@example.org",
          CARILLON_OPERATOR_KEY: operatorKey
        })
        for (const command of [["migrate"], ["streams", "apply"]]) {
          const { code, stderr } = yield* carillon(command, of("operator"))
          assert.strictEqual(code, 0, stderr)
        }
        yield* startCarillon(["serve", "--role", "planner"], of("planner"))
        yield* startCarillon(["serve", "--role", "worker"], of("worker"))
        const gateway = yield* startCarillon(["serve", "--role", "gateway"], of("gateway"))
        const [api = ""] = address.exec(yield* gateway.awaitOutput('"serving"')) ?? []
        const headers = { authorization: `Bearer ${operatorKey}` }

        const accepted = yield* callAt(api, { path: "/api/v1/events", headers, body: registration() })
        assert.strictEqual(accepted.status, 202, accepted.text)
        const publisher = yield* loggedIn(nats.port, "publisher-default")
        assert.include(yield* ask(publisher, "events.default.user_registered", registration()), '"seq"')
        assert.include(yield* ask(publisher, "events.default.user_registered", { no: "event" }), '"seq"')
        // A hint of no row: the worker lets go of it by a dead letter, whose copy the planner or the worker publishes.
        const operator = yield* loggedIn(nats.port, "operator")
        assert.include(yield* ask(operator, "jobs.email.tx.default", { no: "job" }), '"seq"')
        // One that no durable takes, and that JetStream is made to say it has given up: the planner buries and removes it.
        const given = yield* ask(operator, "jobs.email.bulk.exe_1", { job_id: "not a job either" })
        const [, stream_seq = ""] = /"seq":\s*(\d+)/.exec(given) ?? []
        yield* ask(operator, "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.JOBS_EMAIL.deliver-email", {
          stream: "JOBS_EMAIL",
          consumer: "deliver-email",
          stream_seq: Number(stream_seq),
          deliveries: 20
        })

        yield* eventually(
          "two mails",
          Effect.sync(() => sink.taken.length),
          { holds: (count) => count === 2 }
        )
        const state = Effect.all([
          ask(operator, "$JS.API.STREAM.INFO.DLQ"),
          ask(operator, "$JS.API.STREAM.INFO.OUTCOMES"),
          ask(operator, "$JS.API.STREAM.MSG.GET.KV_ledger", { last_by_subj: "$KV.ledger.clock" }),
          ask(operator, "$JS.API.STREAM.INFO.JOBS_EMAIL")
        ])
        yield* eventually("dead letters, outcomes and the clock in their streams, and no job left", state, {
          holds: ([dlq, outcomes, clock, jobs]) =>
            dlq.includes('"messages":3') &&
            !outcomes.includes('"messages":0') &&
            clock.includes('"seq"') &&
            jobs.includes('"messages":0')
        })
        assert.notMatch(nats.log(), /[Vv]iolation/)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    120_000
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
