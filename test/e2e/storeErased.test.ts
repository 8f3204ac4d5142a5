/** The transport is disposable: all that JetStream had is erased, or its server killed, while work is in every stage. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { at, type Call, registration, type Reply } from "#test/support/httpCall.ts"
import { inSeconds } from "#test/support/later.ts"
import { definePromotions, promotion } from "#test/support/promotions.ts"
import { answerAfter } from "#test/support/smtpSink.ts"
import { countTaken, type LedgerRow, system } from "#test/support/system.ts"

const together = { concurrency: "unbounded" } as const
const patience_ms = 180_000

const eventIdOf = (body: unknown): unknown =>
  typeof body === "object" && body !== null && "event_id" in body ? body.event_id : undefined

const countBy = (rows: ReadonlyArray<LedgerRow>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...Map.groupBy(rows, ({ status }) => status)].map(([status, some]) => [status, some.length])
  )

const times = <A>(count: number, make: () => A) => Array.from({ length: count }, make)

const acceptAll = Effect.fnUntraced(function* <E>(
  call: (what: Call) => Effect.Effect<Reply, E>,
  events: ReadonlyArray<ReturnType<typeof registration>>
) {
  const { status, text } = yield* call({ path: "/api/v1/events/batch", body: { events } })
  assert.strictEqual(status, 207, text)
})

const queued = 300
const held = 100
const delayed = 50
const refused = 10

describe("a JetStream store that is erased under load", () => {
  it.live(
    "leaves every accepted message to end, none to be sent twice, and says again what became of them",
    () =>
      Effect.gen(function* () {
        const { awaitSettled, call, nats, publisher, sink, start } = yield* system
        yield* Effect.all([start("all"), start("all")], together)
        yield* definePromotions(call)
        sink.onAccepted(answerAfter(50))
        // Some are put off, and wait as retries while the store goes; some die, and have left their letters in it.
        sink.fail("RCPT", { reply: "451 4.3.0 try later" }, 20)
        sink.fail("DATA", { reply: "554 5.7.1 refused" }, refused)
        const now = { retry_delays_seconds: [6] }
        const total = queued + held + delayed
        yield* acceptAll(call, [
          ...times(delayed, () => registration({ delivery: { ...now, send_after: inSeconds(8) } })),
          ...times(queued, () => registration({ delivery: now })),
          ...times(held, () => promotion({ delivery: now }))
        ])
        yield* sink.waitFor(total / 4)

        yield* nats.stop
        yield* nats.erase
        yield* nats.start
        const rows = yield* awaitSettled(total)

        assert.deepStrictEqual(countBy(rows), { sent: total - refused, failed: refused })
        const counts = countTaken(sink.taken)
        assert.strictEqual(counts.size, total - refused)
        assert.deepStrictEqual(new Set(counts.values()), new Set([1]))
        yield* eventually("a copy of each dead letter", publisher.subjects("DLQ"), {
          holds: (subjects) => Object.keys(subjects).length === refused
        })
        yield* eventually("an outcome of each message", publisher.bodies("OUTCOMES"), {
          holds: (bodies) => new Set(bodies.map(eventIdOf)).size === total
        })
        const balance = yield* call({ path: "/api/v1/balance" })
        assert.isTrue(at(balance, "balanced"))
      }).pipe(Effect.provide(NodeServices.layer)),
    patience_ms
  )
})

describe("a NATS server that is killed in the middle of its work, and loses what it had not written", () => {
  it.live(
    "leaves every accepted message to be sent once, and each outcome and event in its stream",
    () =>
      Effect.gen(function* () {
        const { awaitSettled, call, nats, publisher, sink, start } = yield* system
        yield* Effect.all([start("all"), start("worker")], together)
        yield* definePromotions(call)
        sink.onAccepted(answerAfter(20))
        const total = 2 * queued
        for (const share of [1, 2]) {
          yield* acceptAll(call, [
            ...times(queued / 2, () => registration()),
            ...times(queued / 2, () => promotion())
          ])
          yield* sink.waitFor((share * total) / 4)
          yield* nats.kill
          yield* nats.start
        }
        const rows = yield* awaitSettled(total)

        assert.deepStrictEqual(countBy(rows), { sent: total })
        assert.deepStrictEqual(new Set(countTaken(sink.taken).values()), new Set([1]))
        for (const stream of ["OUTCOMES", "EVENTS"])
          yield* eventually(`all in ${stream}`, publisher.bodies(stream), {
            holds: (bodies) => new Set(bodies.map(eventIdOf)).size === total
          })
      }).pipe(Effect.provide(NodeServices.layer)),
    patience_ms
  )
})
