/** What was dead when the ledger was lost is dead again when it is restored, with the letter that an operator decides about. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { registration } from "#test/support/httpCall.ts"
import { system, terminate } from "#test/support/system.ts"

interface Letter {
  readonly dead_letter_id: string
  readonly reason: string
}

describe("carillon restore", () => {
  it.live(
    "records again the events that the backup's event types refuse, and those that are none",
    () =>
      Effect.gen(function* () {
        const { command, publisher, query, start } = yield* system
        const planner = yield* start("planner")
        yield* publisher.publish("events.default.order_paid", registration({ event_type: "order_paid" }))
        yield* publisher.publish("events.default.order_paid", "no JSON")
        const letters = query(
          (sql) => sql<Array<Letter>>`select dead_letter_id, reason from dead_letters order by reason`
        )
        const before = yield* eventually("two letters", letters, { holds: ({ length }) => length === 2 })
        yield* terminate(planner)
        yield* query((sql) => sql`truncate dead_letters, outbox`)

        const restored = yield* command(["restore", "--even-if-current", "--json"])
        assert.strictEqual(restored.code, 0, restored.stderr)
        assert.deepInclude(JSON.parse(restored.stdout), {
          events: { read: 2, accepted: 0, messages: 0, refused: 2 }
        })
        assert.deepStrictEqual([...(yield* letters)], [...before])
        assert.deepStrictEqual(
          before.map(({ reason }) => reason),
          ["invalid_json", "unknown_event_type"]
        )
        const copies = yield* query(
          (sql) => sql<Array<{ count: number }>>`
          select cardinality(keys) as count from outbox where kind = 'dead_letters'`
        )
        assert.deepStrictEqual(
          copies.map(({ count }) => count),
          [2]
        )
      }).pipe(Effect.provide(NodeServices.layer)),
    60_000
  )
})
