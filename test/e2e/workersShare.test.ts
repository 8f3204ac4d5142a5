/** Two workers share the work with no configuration, and either may be told to stop under load. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { registration } from "#test/support/httpCall.ts"
import { answerAfter } from "#test/support/smtpSink.ts"
import { countTaken, system, terminate } from "#test/support/system.ts"

const half = 300

describe("two workers", () => {
  it.live("share 300 messages; a stop of either loses, doubles and doubts nothing", () =>
    Effect.gen(function* () {
      const { awaitSettled, publisher, sink, start } = yield* system
      // A server that thinks for a moment: there is something in the air whenever a stop comes.
      sink.onAccepted(answerAfter(25))
      const [, first, second] = yield* Effect.all([start("planner"), start("worker"), start("worker")], {
        concurrency: "unbounded"
      })
      const publishSome = Effect.forEach(
        Array.from({ length: half }),
        () => publisher.publish("events.default.user_registered", registration()),
        { concurrency: "unbounded", discard: true }
      )

      yield* publishSome
      yield* sink.waitFor(half / 3)
      assert.strictEqual((yield* terminate(first)).code, 0)
      const early = yield* awaitSettled(half)
      assert.strictEqual(new Set(early.map(({ worker }) => worker)).size, 2)

      yield* start("worker")
      yield* publishSome
      yield* sink.waitFor(half + half / 3)
      assert.strictEqual((yield* terminate(second)).code, 0)
      const rows = yield* awaitSettled(2 * half)

      assert.deepStrictEqual(new Set(rows.map(({ status }) => status)), new Set(["sent"]))
      assert.deepStrictEqual(new Set(rows.map(({ attempt }) => attempt)), new Set([1]))
      assert.strictEqual(new Set(rows.map(({ worker }) => worker)).size, 3)
      const counts = countTaken(sink.taken)
      assert.deepStrictEqual(new Set(counts.keys()), new Set(rows.map(({ message_id }) => message_id)))
      assert.deepStrictEqual(new Set(counts.values()), new Set([1]))
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
