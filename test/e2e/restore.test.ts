/** Postgres is put back to an older copy under processes that run, beside the newer streams, and restored. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { stoppablePostgres } from "#test/support/faults.ts"
import { at, registration } from "#test/support/httpCall.ts"
import { inSeconds } from "#test/support/later.ts"
import { definePromotions, promotion } from "#test/support/promotions.ts"
import { countTaken, systemOn } from "#test/support/system.ts"

const decode = Schema.decodeEffect(
  Schema.fromJsonString(
    Schema.Struct({
      events: Schema.Struct({
        read: Schema.Int,
        accepted: Schema.Int,
        messages: Schema.Int,
        refused: Schema.Int
      }),
      outcomes: Schema.Struct({ read: Schema.Int, settled: Schema.Int, without_message: Schema.Int }),
      in_doubt: Schema.Int,
      dry_run: Schema.Boolean
    })
  )
)

const together = { concurrency: "unbounded" } as const
const ofEach = 10
/** In the air when Postgres goes: taken, and no one knows. */
const inTheAir = 3

describe("an older copy of Postgres", () => {
  it.live(
    "stops everything; restored, it knows what was sent since, lists what is in doubt, and goes on",
    () =>
      Effect.gen(function* () {
        const postgres = yield* stoppablePostgres
        const { awaitSettled, call, command, publisher, query, rows, sink, start } = yield* systemOn(
          postgres.url
        )
        const [, , worker] = yield* Effect.all(
          [start("gateway"), start("planner"), start("worker")],
          together
        )
        yield* definePromotions(call)
        const clock = Effect.map(
          query((sql) => sql<Array<{ seq: string }>>`select seq from ledger_clock`),
          ([row]) => Number(row?.seq)
        )
        const ready = (code: number) =>
          eventually(`readiness ${code}`, call({ path: "/health/ready" }), {
            holds: ({ status }) => status === code
          })
        const accept = Effect.fnUntraced(function* (events: ReadonlyArray<ReturnType<typeof registration>>) {
          const [first, ...others] = events
          yield* call({ path: "/api/v1/events", body: first })
          yield* Effect.forEach(
            others,
            (event) => publisher.publish(`events.default.${event.event_type}`, event),
            together
          )
        })
        const some = (count: number) =>
          Array.from({ length: count }, () => [registration(), promotion()]).flat()

        yield* accept(some(ofEach))
        yield* awaitSettled(2 * ofEach)
        // Open in the copy: due only in an hour, and so surely not sent since.
        yield* accept([promotion({ delivery: { send_after: inSeconds(3600) } })])
        const copiedAt = yield* eventually("the clock goes", clock, { holds: (seq) => seq > 0 })
        yield* postgres.stop
        yield* postgres.keepCopy
        yield* postgres.start

        yield* ready(200)
        yield* accept(some(ofEach))
        const sent = "outcomes.email.sent.tx"
        yield* eventually("all are sent and said so", publisher.subjects("OUTCOMES"), {
          holds: (subjects) => subjects[sent] === 4 * ofEach
        })
        sink.onAccepted(() => undefined)
        yield* accept(some(inTheAir))
        yield* sink.waitFor(4 * ofEach + 2 * inTheAir)
        yield* eventually("the clock is beyond the copy", Effect.retry(clock, { times: 50 }), {
          holds: (seq) => seq > copiedAt + 1
        })

        yield* postgres.stop
        yield* worker.signal("SIGKILL")
        yield* postgres.putBack
        yield* postgres.start
        sink.onAccepted((_, answer) => answer())
        yield* start("worker")
        const unready = yield* ready(503)
        assert.strictEqual(at(unready, "checks.ledger_clock.status"), "unhealthy")
        const refused = yield* call({ path: "/api/v1/events", body: registration() })
        assert.strictEqual(refused.json["code"], "ledger_behind")

        const planned = yield* command(["restore", "--dry-run", "--json"])
        assert.strictEqual(planned.code, 0, planned.stderr)
        assert.lengthOf(yield* rows, 2 * ofEach + 1)
        const done = yield* command(["restore", "--json"])
        assert.strictEqual(done.code, 0, done.stderr)
        assert.deepStrictEqual(yield* decode(planned.stdout), {
          ...(yield* decode(done.stdout)),
          dry_run: true
        })
        const fresh = 2 * ofEach + 2 * inTheAir
        const { events, outcomes, ...rest } = yield* decode(done.stdout)
        assert.deepStrictEqual(rest, { in_doubt: inTheAir, dry_run: false })
        // Streams may have some twice: what was announced while Postgres went away is announced again.
        assert.isAtLeast(events.read, 2 * ofEach + fresh + 1)
        assert.deepInclude(events, { accepted: fresh, messages: fresh, refused: 0 })
        assert.isAtLeast(outcomes.read, 4 * ofEach)
        assert.deepInclude(outcomes, { settled: 2 * ofEach, without_message: 0 })

        yield* ready(200)
        const total = 4 * ofEach + 2 * inTheAir
        const open = (status: string) => ["queued", "sending", "retrying"].includes(status)
        const settled = yield* eventually("all but the one that is due later", rows, {
          holds: (found) =>
            found.length === total + 1 && found.filter(({ status }) => open(status)).length === 1
        })
        const unknown = settled.filter(({ status }) => status === "unknown")
        assert.deepStrictEqual(
          unknown.map(({ message_class, reason }) => [message_class, reason]),
          Array.from({ length: inTheAir }, () => ["campaign", "restored"])
        )
        const counts = countTaken(sink.taken)
        const twice = [...counts].filter(([, count]) => count > 1)
        assert.strictEqual(counts.size, total)
        assert.isTrue(
          twice.every(([id, count]) => count === 2 && !unknown.some(({ message_id }) => message_id === id))
        )
        assert.lengthOf(twice, inTheAir)
        const balance = yield* call({ path: "/api/v1/balance" })
        assert.deepInclude(balance.json, {
          balanced: true,
          planned: total + 1,
          unknown: inTheAir,
          in_flight: 1
        })

        yield* accept([registration()])
        yield* sink.waitFor(total + inTheAir + 1)
        const again = yield* command(["restore"])
        assert.strictEqual(again.code, 1)
        assert.include(again.stderr, "nothing to restore")
      }).pipe(Effect.provide(NodeServices.layer)),
    // Five processes start, and Postgres three times.
    180_000
  )
})
