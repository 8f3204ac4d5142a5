/** NATS away: events are accepted and forwarded later. Postgres away: nothing is falsely accepted. Both back: all goes on by itself. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { memberAt } from "#src/domain/payload.ts"
import { eventually } from "#test/support/eventually.ts"
import { stoppablePostgres } from "#test/support/faults.ts"
import { at, each, registration } from "#test/support/httpCall.ts"
import { countTaken, systemOn, terminate } from "#test/support/system.ts"

const subject = "events.default.user_registered"
/** Of ten a second: all is well again within five seconds. */
const looks = 50

const eventIdOf = (body: unknown): unknown => memberAt(body, "event_id")

describe("the system while a server is away", () => {
  it.live("accepts without NATS, refuses without Postgres, and goes on when they are back", () =>
    Effect.gen(function* () {
      const postgres = yield* stoppablePostgres
      const { awaitSettled, call, nats, publisher, rows, sink, start } = yield* systemOn(postgres.url)
      const process = yield* start("all")
      const publishHttp = (event = registration()) => call({ path: "/api/v1/events", body: event })
      const taken = (count: number) =>
        eventually(
          `${count} mails`,
          Effect.sync(() => sink.taken.length),
          {
            holds: (taken) => taken >= count,
            looks
          }
        )
      const [before, alone, ...together] = [registration(), registration(), registration(), registration()]
      yield* publishHttp(before)
      yield* taken(1)

      yield* nats.stop
      const accepted = yield* publishHttp(alone)
      assert.deepStrictEqual([accepted.status, accepted.json["jobs_count"]], [202, 1])
      const many = yield* call({ path: "/api/v1/events/batch", body: { events: together } })
      assert.deepStrictEqual(each(many, "results", "jobs_count"), [1, 1])
      assert.strictEqual((yield* call({ path: "/health/ready" })).status, 200)
      yield* nats.start
      yield* taken(4)
      // The first may be there twice: after a restart of NATS no one knows whether its stream has lost its tail.
      const relayed = Effect.map(publisher.bodies("EVENTS"), (bodies) => new Set(bodies.map(eventIdOf)))
      yield* eventually("the four events in EVENTS", relayed, {
        holds: (ids) => [before, alone, ...together].every(({ event_id }) => ids.has(event_id)),
        looks
      })

      yield* postgres.stop
      const refused = registration()
      const answer = yield* publishHttp(refused)
      assert.strictEqual(answer.status, 503)
      assert.isAbove(Number(answer.headers["retry-after"]), 0)
      yield* publisher.publish(subject, registration())
      yield* postgres.start
      yield* taken(5)
      assert.strictEqual((yield* awaitSettled(5)).length, 5)
      assert.strictEqual((yield* publishHttp(refused)).status, 202)
      yield* taken(6)

      yield* Effect.all([nats.stop, postgres.stop], { concurrency: "unbounded" })
      assert.strictEqual((yield* publishHttp()).status, 503)
      yield* Effect.all([nats.start, postgres.start], { concurrency: "unbounded" })
      yield* publisher.publish(subject, registration())
      yield* taken(7)
      yield* awaitSettled(7)
      assert.deepStrictEqual(new Set(countTaken(sink.taken).values()), new Set([1]))
      assert.deepStrictEqual(new Set((yield* rows).map(({ attempt }) => attempt)), new Set([1]))
      assert.isTrue(at(yield* call({ path: "/api/v1/balance" }), "balanced"))
      assert.strictEqual((yield* terminate(process)).code, 0)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
