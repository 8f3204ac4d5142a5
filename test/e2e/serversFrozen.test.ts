/** Black holes: a server that keeps its connections and answers nothing is noticed, and what waited goes on when it thaws. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { memberAt } from "#src/domain/payload.ts"
import { eventually } from "#test/support/eventually.ts"
import { stoppablePostgres } from "#test/support/faults.ts"
import { at, registration } from "#test/support/httpCall.ts"
import { definePromotions, promotion } from "#test/support/promotions.ts"
import { answerAfter } from "#test/support/smtpSink.ts"
import { countTaken, isOpen, system, systemOn, terminate } from "#test/support/system.ts"

const eventIdOf = (body: unknown): unknown => memberAt(body, "event_id")

/** Half of them of each class. */
const messages = 200

/** Silence is noticed after some seconds, several times over. */
const timeout = 120_000

describe("the system beside a server that is frozen", () => {
  it.live(
    "refuses while it is Postgres, and sends nothing twice when it thaws",
    () =>
      Effect.gen(function* () {
        const postgres = yield* stoppablePostgres
        const { call, publisher, rows, sink, start } = yield* systemOn(postgres.url)
        const process = yield* start("all")
        yield* definePromotions(call)
        // At the freeze there are messages at every step.
        sink.onAccepted(answerAfter(30))
        const publish = (event: { readonly event_type: string }) =>
          publisher.publish(`events.default.${event.event_type}`, event)
        yield* Effect.forEach(
          Array.from({ length: messages / 2 }, () => [registration(), promotion()]).flat(),
          publish,
          { concurrency: "unbounded", discard: true }
        )
        yield* sink.waitFor(messages / 4)

        yield* postgres.freeze
        const refused = registration()
        const answers = yield* Effect.forEach(
          [refused, registration(), registration()],
          (body) => call({ path: "/api/v1/events", body }),
          { concurrency: "unbounded" }
        )
        for (const { headers, status } of answers) {
          assert.strictEqual(status, 503)
          assert.isAbove(Number(headers["retry-after"]), 0)
        }
        assert.strictEqual((yield* call({ path: "/health/ready" })).status, 503)
        assert.strictEqual((yield* call({ path: "/api/v1/balance" })).status, 503)
        yield* publish(registration())
        yield* postgres.thaw

        yield* sink.waitFor(messages + 1)
        assert.strictEqual((yield* call({ path: "/api/v1/events", body: refused })).status, 202)
        // Of the other two refused ones each may have come in when it thawed.
        const settled = yield* eventually("all settled", rows, {
          holds: (rows) => rows.length >= messages + 2 && !rows.some(isOpen)
        })
        assert.deepStrictEqual(new Set(countTaken(sink.taken).values()), new Set([1]))
        assert.deepStrictEqual(new Set(settled.map(({ status }) => status)), new Set(["sent"]))
        assert.isTrue(at(yield* call({ path: "/api/v1/balance" }), "balanced"))
        assert.strictEqual((yield* terminate(process)).code, 0)
      }).pipe(Effect.provide(NodeServices.layer)),
    timeout
  )

  it.live(
    "accepts while it is NATS, and forwards when it thaws",
    () =>
      Effect.gen(function* () {
        const { awaitSettled, call, nats, publisher, rows, sink, start } = yield* system
        const process = yield* start("all")
        const publishHttp = (body = registration()) => call({ path: "/api/v1/events", body })
        yield* publishHttp()
        yield* awaitSettled(1)

        yield* nats.freeze
        const events = [registration(), registration()]
        for (const event of events) assert.strictEqual((yield* publishHttp(event)).status, 202)
        // Noticed: until then what is announced flies into the void, and is announced again.
        yield* eventually("degraded", call({ path: "/health/ready" }), {
          holds: (ready) => ready.status === 200 && ready.json["status"] === "degraded"
        })
        assert.strictEqual((yield* publishHttp()).status, 202)
        assert.lengthOf(yield* rows, 4)
        yield* nats.thaw

        yield* sink.waitFor(4)
        yield* awaitSettled(4)
        const relayed = Effect.map(publisher.bodies("EVENTS"), (bodies) => new Set(bodies.map(eventIdOf)))
        yield* eventually("the events in EVENTS", relayed, {
          holds: (ids) => events.every(({ event_id }) => ids.has(event_id))
        })
        assert.deepStrictEqual(new Set(countTaken(sink.taken).values()), new Set([1]))
        assert.isTrue(at(yield* call({ path: "/api/v1/balance" }), "balanced"))
        assert.strictEqual((yield* terminate(process)).code, 0)
      }).pipe(Effect.provide(NodeServices.layer)),
    timeout
  )
})
