/** A worker frozen until others take it for dead, and thawed: it drops what it holds and goes on under another name. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { registration } from "#test/support/httpCall.ts"
import { definePromotions, promotion } from "#test/support/promotions.ts"
import { answerAfter } from "#test/support/smtpSink.ts"
import { countTaken, type LedgerRow, system, terminate } from "#test/support/system.ts"

/** Half of them of each class. */
const messages = 160

const inTheAir = (rows: ReadonlyArray<LedgerRow>) => rows.filter(({ status }) => status === "sending")

describe("a worker that is frozen with messages in the air", () => {
  it.live("drops what it holds, and works on under a new id", () =>
    Effect.gen(function* () {
      const { awaitSettled, call, publisher, rows, sink, start } = yield* system
      const [, , frozen] = yield* Effect.all([start("gateway"), start("planner"), start("worker")], {
        concurrency: "unbounded"
      })
      yield* definePromotions(call)
      const publish = (event: { readonly event_type: string }) =>
        publisher.publish(`events.default.${event.event_type}`, event)
      // Connections are at every step of the conversation when it freezes.
      sink.onAccepted(answerAfter(30))
      yield* Effect.forEach(
        Array.from({ length: messages / 2 }, () => [registration(), promotion()]).flat(),
        publish,
        { concurrency: "unbounded", discard: true }
      )
      yield* sink.waitFor(messages / 3)
      yield* frozen.signal("SIGSTOP")
      const [atFreeze] = inTheAir(
        yield* eventually("something in the air", rows, { holds: (rows) => inTheAir(rows).length > 0 })
      )
      // Only now: a connection of the frozen one may have waited to be accepted.
      const connections = sink.open

      const other = yield* start("worker")
      yield* eventually("the frozen one's taken for dead", rows, {
        holds: (rows) => rows.some(({ status }) => status === "unknown")
      })
      yield* frozen.signal("SIGCONT")
      const settled = yield* awaitSettled(messages)
      const counts = countTaken(sink.taken)
      const timesOf = ({ message_id }: LedgerRow) => counts.get(message_id) ?? 0
      // Of the class that is held none comes twice; of the other at most what each connection had in its hands: its final
      // dot may have been on its way, or be the one that leaves in the step in which the process was frozen.
      for (const row of settled) {
        assert.isAtMost(timesOf(row), row.message_class === "campaign" ? 1 : 2)
        if (row.status === "sent") assert.isAtLeast(timesOf(row), 1)
      }
      assert.isAtMost(sink.taken.length - counts.size, connections)
      assert.deepStrictEqual(new Set(settled.map(({ status }) => status)), new Set(["sent", "unknown"]))

      // The other one goes: what comes now is the thawed one's alone.
      assert.strictEqual((yield* terminate(other)).code, 0)
      const before = new Set(settled.map(({ message_id }) => message_id))
      yield* publish(registration())
      const last = (yield* awaitSettled(messages + 1)).find(({ message_id }) => !before.has(message_id))
      assert.strictEqual(last?.status, "sent")
      assert.notStrictEqual(last?.worker, atFreeze?.worker)
      yield* frozen.awaitOutput("taken for dead: going on under a new name")
      assert.strictEqual((yield* terminate(frozen)).code, 0)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
