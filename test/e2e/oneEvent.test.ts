/** The same event a thousand times at once, over both ways in: one effect, one answer. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { at, each, registration } from "#test/support/httpCall.ts"
import { system } from "#test/support/system.ts"

const subject = "events.default.user_registered"
const times = Array.from({ length: 500 })
const together = { concurrency: "unbounded" } as const

describe("the same event 1,000 times", () => {
  it.live("is one mail and one answer; another body under its id is refused on both ways", () =>
    Effect.gen(function* () {
      const { awaitSettled, call, publisher, sink, start } = yield* system
      yield* Effect.all([start("all"), start("all")], together)
      const event = registration()

      const [answers] = yield* Effect.all(
        [
          Effect.forEach(times, () => call({ path: "/api/v1/events", body: event }), together),
          Effect.forEach(times, () => publisher.publish(subject, event), together)
        ],
        together
      )
      const wanted = { status: "accepted", event_id: event.event_id, jobs_count: 1 }
      for (const { json, status } of answers)
        assert.deepStrictEqual({ status, json }, { status: 202, json: wanted })

      const other = { ...event, payload: { ...event.payload, first_name: "Grace" } }
      const conflict = yield* call({ path: "/api/v1/events", body: other })
      assert.deepStrictEqual([conflict.status, conflict.json["code"]], [409, "event_conflict"])
      yield* publisher.publish(subject, other)
      const letters = yield* eventually(
        "the dead letter of the other body",
        call({ path: "/api/v1/dead-letters?reason=event_conflict" }),
        { holds: (reply) => at(reply, "total") === 1 }
      )
      const [id] = each(letters, "dead_letters", "dead_letter_id")
      const copy = `dlq.EVENTS.plan-events.${String(id)}`
      const message = yield* eventually("its copy in DLQ", publisher.last("DLQ", copy), {
        holds: (message) => message !== null
      })
      assert.strictEqual(message?.header.get("Carillon-Reason"), "event_conflict")
      assert.deepStrictEqual(message?.json(), other)

      // Every copy of the event was published before the other body, whose letter is there: all are handled.
      yield* awaitSettled(1)
      assert.strictEqual(sink.taken.length, 1)
      assert.strictEqual(at(yield* call({ path: "/api/v1/dead-letters" }), "total"), 1)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
