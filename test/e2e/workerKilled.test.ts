/** kill -9 between the mail server's acceptance and our commit: what is in doubt is sent again, or held, as its class says. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { at, each, registration } from "#test/support/httpCall.ts"
import { definePromotions, promotion } from "#test/support/promotions.ts"
import { countTaken, system } from "#test/support/system.ts"

/** Together no more than a worker has connections: each of them is in the air at the kill. */
const ofEach = 8

describe("a worker that is killed after the final dot", () => {
  it.live("leaves transactional messages to be sent again, and holds a campaign's", () =>
    Effect.gen(function* () {
      const { awaitSettled, call, publisher, sink, start } = yield* system
      const [, , killed] = yield* Effect.all([start("gateway"), start("planner"), start("worker")], {
        concurrency: "unbounded"
      })
      yield* definePromotions(call)
      // Taken, and the 250 never comes.
      sink.onAccepted(() => undefined)
      yield* Effect.forEach(
        Array.from({ length: ofEach }, () => [registration(), promotion()]).flat(),
        (event) => publisher.publish(`events.default.${event.event_type}`, event),
        { concurrency: "unbounded", discard: true }
      )
      yield* sink.waitFor(2 * ofEach)
      const { connections } = sink
      yield* killed.signal("SIGKILL")
      yield* killed.ended

      sink.onAccepted((_, answer) => answer())
      yield* start("worker")
      const rows = yield* awaitSettled(2 * ofEach)

      const counts = countTaken(sink.taken)
      const held = rows.filter(({ message_class }) => message_class === "campaign")
      const resent = rows.filter(({ message_class }) => message_class === "transactional")
      assert.deepStrictEqual(
        held.map(({ attempt, message_id, status }) => ({ attempt, status, taken: counts.get(message_id) })),
        Array.from({ length: ofEach }, () => ({ attempt: 1, status: "unknown", taken: 1 }))
      )
      assert.deepStrictEqual(
        resent.map(({ attempt, message_id, status }) => ({ attempt, status, taken: counts.get(message_id) })),
        Array.from({ length: ofEach }, () => ({ attempt: 2, status: "sent", taken: 2 }))
      )
      assert.isAtMost(sink.taken.length - counts.size, connections)

      const story = yield* call({ path: `/api/v1/deliveries/${resent[0]?.message_id}` })
      assert.deepStrictEqual(each(story, "attempts", "result"), ["unknown", "sent"])
      const doubtful = yield* call({ path: `/api/v1/deliveries/${held[0]?.message_id}` })
      assert.deepStrictEqual(each(doubtful, "attempts", "result"), ["unknown"])
      const listed = yield* call({ path: "/api/v1/deliveries?status=unknown" })
      assert.strictEqual(at(listed, "total"), ofEach)
      const balance = yield* call({ path: "/api/v1/balance" })
      assert.deepInclude(balance.json, { balanced: true, in_flight: 0, sent: ofEach, unknown: ofEach })
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
