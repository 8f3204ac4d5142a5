/** What JetStream gives up on is asked about in the ledger: the innocent are put back, what no one can send is buried. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { jetstream } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { Effect } from "effect"

import { redelivery } from "#streams/ConsumerDefinition.ts"
import { eventually } from "#test/support/eventually.ts"
import { at, each, registration } from "#test/support/httpCall.ts"
import { system } from "#test/support/system.ts"

const subject = "events.default.user_registered"

interface Durable {
  readonly stream: string
  readonly name: string
}

/** In the place of those who consume: takes what comes to the durable, and handles nothing. */
const idler = Effect.fnUntraced(function* (url: string, { name, stream }: Durable) {
  const connection = yield* Effect.acquireRelease(
    Effect.promise(() => connect({ servers: url })),
    (connection) => Effect.promise(() => connection.close())
  )
  const next = Effect.tryPromise(() =>
    jetstream(connection)
      .consumers.get(stream, name)
      .then((consumer) => consumer.next({ expires: 1000 }))
  )
  const take = eventually("a message", next, { holds: (message) => message !== null })
  return {
    terminate: Effect.map(take, (message) => message?.term("as a test does")),
    /** Hands it back as often as JetStream gives it out, and asks once more, which is when it gives it up. */
    useUp: Effect.gen(function* () {
      for (let delivery = 1; delivery <= redelivery.maxDeliver; delivery++) {
        const message = yield* take
        message?.nak()
      }
      yield* next
    })
  }
})

const hints = { stream: "JOBS_EMAIL", name: "deliver-email" }

describe("advisories of JetStream", () => {
  it.live(
    "put an innocent hint back whose deliveries are used up",
    () =>
      Effect.gen(function* () {
        const { awaitSettled, call, nats, publisher, sink, start } = yield* system
        yield* start("planner")
        const worker = yield* idler(nats.url, hints)
        yield* publisher.publish(subject, registration())
        yield* worker.useUp
        yield* start("all")
        const rows = yield* awaitSettled(1)
        assert.deepStrictEqual(
          rows.map(({ attempt, status }) => `${status} ${attempt}`),
          ["sent 1"]
        )
        assert.strictEqual(sink.taken.length, 1)
        yield* eventually("an empty stream", publisher.count("JOBS_EMAIL"), {
          holds: (count) => count === 0
        })
        assert.strictEqual(at(yield* call({ path: "/api/v1/dead-letters" }), "total"), 0)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    180_000
  )

  it.live(
    "plan an event that was terminated, and bury one that no one can read",
    () =>
      Effect.gen(function* () {
        const { awaitSettled, call, nats, publisher, start } = yield* system
        const first = yield* start("gateway")
        yield* publisher.publish(subject, registration())
        yield* publisher.publish(subject, '{"event_id": ')
        const planner = yield* idler(nats.url, { stream: "EVENTS", name: "plan-events" })
        yield* planner.terminate
        yield* planner.terminate
        yield* first.signal("SIGKILL")
        yield* start("all")
        const rows = yield* awaitSettled(1)
        assert.deepStrictEqual(
          rows.map(({ status }) => status),
          ["sent"]
        )
        const letters = yield* eventually("its letter", call({ path: "/api/v1/dead-letters" }), {
          holds: (reply) => at(reply, "total") === 1
        })
        assert.deepStrictEqual(each(letters, "dead_letters", "reason"), ["invalid_json"])
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    180_000
  )

  it.live(
    "bury a message that ends whoever takes it up, beside neighbours that are sent; replayed, it is sent too",
    () =>
      Effect.gen(function* () {
        const { awaitSettled, call, nats, publisher, sink, start } = yield* system
        yield* start("planner")
        const worker = yield* idler(nats.url, hints)
        yield* publisher.publish(subject, registration())
        for (let time = 1; time <= 3; time++) yield* worker.useUp
        yield* awaitSettled(1)
        yield* start("all")
        yield* publisher.publish(subject, registration())
        const rows = yield* awaitSettled(2)
        assert.sameMembers(
          rows.map(({ reason, status }) => `${status} ${reason ?? ""}`),
          ["dead crash_loop", "sent "]
        )
        const listed = yield* call({ path: "/api/v1/dead-letters" })
        const [letter] = each(listed, "dead_letters", "dead_letter_id")
        const path = `/api/v1/dead-letters/${String(letter)}/replay`
        assert.deepStrictEqual((yield* call({ method: "POST", path })).json, { replayed: 1 })
        const sent = yield* awaitSettled(2)
        assert.deepStrictEqual(
          sent.map(({ status }) => status),
          ["sent", "sent"]
        )
        assert.strictEqual(sink.taken.length, 2)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    240_000
  )
})
