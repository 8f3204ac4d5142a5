/** A worker frozen until others take it for dead, and thawed: it drops what it holds and goes on under another name. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { definePromotions, promotion } from "#test/support/promotions.ts"
import { answerAfter } from "#test/support/smtpSink.ts"
import { countTaken, type LedgerRow, system, terminate } from "#test/support/system.ts"

const messages = 150

const inTheAir = (rows: ReadonlyArray<LedgerRow>) => rows.filter(({ status }) => status === "sending")

describe("a worker that is frozen with messages in the air", () => {
  it.live("doubles nothing that is held, and works on under a new id", () =>
    Effect.gen(function* () {
      const { awaitSettled, call, publisher, rows, sink, start } = yield* system
      const [, , frozen] = yield* Effect.all([start("gateway"), start("planner"), start("worker")], {
        concurrency: "unbounded"
      })
      yield* definePromotions(call)
      const publish = () => publisher.publish("events.default.promotion", promotion())
      // Connections are at every step of the conversation when it freezes.
      sink.onAccepted(answerAfter(30))
      yield* Effect.forEach(Array.from({ length: messages }), publish, {
        concurrency: "unbounded",
        discard: true
      })
      yield* sink.waitFor(messages / 3)
      yield* frozen.signal("SIGSTOP")
      const [atFreeze] = inTheAir(
        yield* eventually("something in the air", rows, { holds: (rows) => inTheAir(rows).length > 0 })
      )

      const other = yield* start("worker")
      yield* eventually("the frozen one's taken for dead", rows, {
        holds: (rows) => rows.some(({ status }) => status === "unknown")
      })
      yield* frozen.signal("SIGCONT")
      const settled = yield* awaitSettled(messages)
      const counts = countTaken(sink.taken)
      assert.deepStrictEqual(new Set(counts.values()), new Set([1]))
      assert.deepStrictEqual(new Set(settled.map(({ status }) => status)), new Set(["sent", "unknown"]))
      for (const { message_id, status } of settled)
        if (status === "sent") assert.strictEqual(counts.get(message_id), 1)

      // The other one goes: what comes now is the thawed one's alone.
      assert.strictEqual((yield* terminate(other)).code, 0)
      const before = new Set(settled.map(({ message_id }) => message_id))
      yield* publish()
      const last = (yield* awaitSettled(messages + 1)).find(({ message_id }) => !before.has(message_id))
      assert.strictEqual(last?.status, "sent")
      assert.notStrictEqual(last?.worker, atFreeze?.worker)
      yield* frozen.awaitOutput("taken for dead: going on under a new name")
      assert.strictEqual((yield* terminate(frozen)).code, 0)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
