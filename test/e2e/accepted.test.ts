/** What was answered 2xx, or acknowledged by NATS, survives kill -9 of every process that had anything to do with it. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { at, registration } from "#test/support/httpCall.ts"
import { answerAfter } from "#test/support/smtpSink.ts"
import { countTaken, isOpen, system } from "#test/support/system.ts"

/** Over each way in. */
const callers = 6
/** Of a worker. */
const connections = 20
const together = { concurrency: "unbounded" } as const

describe("an event that was accepted", () => {
  it.live("is delivered, though every process is killed while more come in", () =>
    Effect.gen(function* () {
      const { call, publisher, rows, sink, start } = yield* system
      const killed = yield* Effect.all([start("gateway"), start("planner"), start("worker")], together)
      sink.onAccepted(answerAfter(20))
      const accepted = new Set<string>()
      /** One after the other, until the gateway is gone. */
      const publishHttp = Effect.gen(function* () {
        const event = registration()
        const { status } = yield* call({ path: "/api/v1/events", body: event })
        if (status === 202) accepted.add(event.event_id)
      }).pipe(Effect.forever, Effect.ignore)
      const publishNats = Effect.gen(function* () {
        const event = registration()
        yield* publisher.publish("events.default.user_registered", event)
        accepted.add(event.event_id)
      }).pipe(Effect.repeat({ times: 50 }))
      const everyone = Array.from({ length: callers }, () => [publishHttp, publishNats]).flat()
      const publishing = yield* Effect.forkChild(Effect.all(everyone, together))

      yield* sink.waitFor(100)
      yield* Effect.forEach(killed, ({ signal }) => signal("SIGKILL"), together)
      yield* Fiber.join(publishing)
      sink.onAccepted((_, answer) => answer())
      yield* start("all")

      const settled = yield* eventually("all that was accepted is settled", rows, {
        holds: (rows) => {
          const known = new Set(rows.map(({ event_id }) => event_id))
          return [...accepted].every((id) => known.has(id)) && !rows.some(isOpen)
        },
        looks: 500
      })
      assert.deepStrictEqual(new Set(settled.map(({ status }) => status)), new Set(["sent"]))
      // One whose answer was lost may be there besides: it counts like all others.
      const counts = countTaken(sink.taken)
      assert.strictEqual(counts.size, settled.length)
      assert.isAtMost(sink.taken.length - counts.size, connections)
      assert.isTrue(at(yield* call({ path: "/api/v1/balance" }), "balanced"))
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
