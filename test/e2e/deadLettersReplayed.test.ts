/** Messages die, the cause is repaired, they are replayed; whoever replays them may be killed meanwhile, and others join in. */

import { randomUUID } from "node:crypto"

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { at, type Call, each, registration, type Reply } from "#test/support/httpCall.ts"
import { countTaken, system } from "#test/support/system.ts"

/** Several pages of a replay by filter. */
const count = 1500

const receipt = () => ({
  ...registration({ event_type: "order_paid" }),
  payload: { user_id: `u-${randomUUID()}`, email: "ada@example.org" }
})

const rule = {
  template_code: "receipt",
  channels: ["email"],
  recipients: { from: "payload", path: "user_id" },
  contacts: { email: "email" }
}

const template = {
  template_code: "receipt",
  channel: "email",
  locale: "en",
  content: { subject: "Thank you", html: "<p>We received it.</p>" }
}

const expectStatus = (status: number) => (reply: Reply) =>
  reply.status === status ? Effect.void : Effect.die(`${reply.status}: ${reply.text}`)

/** Each event leads to a message that has no template yet. */
const letThemDie = <E>(call: (what: Call) => Effect.Effect<Reply, E>) =>
  Effect.gen(function* () {
    const type = { event_type: "order_paid", payload_schema: null, notifications: [rule] }
    yield* Effect.flatMap(call({ path: "/api/v1/event-types", body: type }), expectStatus(201))
    for (let sent = 0; sent < count; sent += 500)
      yield* Effect.flatMap(
        call({ path: "/api/v1/events/batch", body: { events: Array.from({ length: 500 }, receipt) } }),
        expectStatus(207)
      )
  })

describe("dead letters", () => {
  it.live(
    "are replayed by filter, through a kill -9 in the middle of it: each message is sent once",
    () =>
      Effect.gen(function* () {
        const { awaitSettled, call, sink, start } = yield* system
        yield* Effect.all([start("planner"), start("worker")], { concurrency: "unbounded" })
        const killed = yield* start("gateway")
        yield* letThemDie(call)
        const died = yield* awaitSettled(count)
        assert.deepStrictEqual(new Set(died.map(({ reason }) => reason)), new Set(["no_template"]))
        const filter = { reason: "no_template" }
        const order = (dry_run: boolean) => ({
          path: "/api/v1/dead-letters/replay",
          body: { filter, dry_run }
        })
        assert.strictEqual(at(yield* call(order(true)), "matched"), count)
        yield* Effect.flatMap(call({ path: "/api/v1/templates", body: template }), expectStatus(201))

        const first = yield* Effect.forkChild(Effect.result(call(order(false))))
        yield* sink.waitFor(1)
        yield* killed.signal("SIGKILL")
        yield* killed.ended
        yield* start("gateway")
        const [one, two] = yield* Effect.all([call(order(false)), call(order(false))], { concurrency: 2 })
        assert.deepStrictEqual([at(one, "refused"), at(two, "refused")], [0, 0])
        yield* eventually(
          "the first caller's answer",
          Effect.sync(() => first.pollUnsafe()),
          {
            holds: (exit) => exit !== undefined
          }
        )

        const rows = yield* awaitSettled(count)
        assert.deepStrictEqual(new Set(rows.map(({ status }) => status)), new Set(["sent"]))
        const counts = countTaken(sink.taken)
        assert.strictEqual(counts.size, count)
        assert.strictEqual(sink.taken.length, count)
        assert.strictEqual(at(yield* call({ path: "/api/v1/dead-letters?state=open" }), "total"), 0)
        const story = yield* call({ path: `/api/v1/deliveries/${rows[0]?.message_id}` })
        assert.deepStrictEqual(each(story, "history", "status"), [
          "queued",
          "failed",
          "queued",
          "sending",
          "sent"
        ])
        const balance = yield* call({ path: "/api/v1/balance" })
        assert.deepInclude(balance.json, { balanced: true, planned: count, in_flight: 0, sent: count })
      }).pipe(Effect.provide(NodeServices.layer)),
    180_000
  )
})
