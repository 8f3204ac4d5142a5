/** Everything stopped in order and started again: the history is there, and nothing is sent again. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { type Role } from "#src/main.ts"
import { at, each, registration } from "#test/support/httpCall.ts"
import { countTaken, system, terminate } from "#test/support/system.ts"

const together = { concurrency: "unbounded" } as const
const roles: ReadonlyArray<Role> = ["gateway", "planner", "worker"]
const before = Array.from({ length: 20 }, () => registration())

describe("a system that is stopped and started", () => {
  it.live("knows what it did, and does it no second time", () =>
    Effect.gen(function* () {
      const { awaitSettled, call, nats, publisher, sink, start } = yield* system
      const startAll = Effect.forEach(roles, start, together)
      const publish = (event: { readonly event_id: string }) =>
        publisher.publish("events.default.user_registered", event)
      const running = yield* startAll
      yield* Effect.forEach(before, publish, together)
      yield* call({ path: "/api/v1/events/batch", body: { events: before } })
      const rows = yield* awaitSettled(before.length)
      const balance = yield* call({ path: "/api/v1/balance" })
      assert.deepInclude(balance.json, { balanced: true, planned: before.length, sent: before.length })
      const path = `/api/v1/deliveries/${rows[0]?.message_id}`
      const story = yield* call({ path })

      for (const { code } of yield* Effect.forEach(running, terminate, together)) assert.strictEqual(code, 0)
      yield* nats.restart
      yield* startAll

      assert.deepStrictEqual((yield* call({ path: "/api/v1/balance" })).json, balance.json)
      assert.deepStrictEqual((yield* call({ path })).json, story.json)
      // What comes after all that lies in the streams is sent: whatever was before it has been looked at.
      yield* publish(registration())
      const after = yield* awaitSettled(before.length + 1)
      assert.deepStrictEqual(new Set(countTaken(sink.taken).values()), new Set([1]))
      assert.strictEqual(sink.taken.length, after.length)
      const event = yield* call({ path: `/api/v1/events/${before[0]?.event_id}` })
      assert.strictEqual(at(event, "status"), "planned")
      assert.deepStrictEqual(each(event, "jobs", "status"), ["sent"])
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
