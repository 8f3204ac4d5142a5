/** A Postgres that is older than the world: noticed by the processes that run, and by those that start. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import { LedgerClock } from "#schemas/LedgerClock.ts"
import { runCommand } from "#src/embedded/runCommand.ts"
import { eventually } from "#test/support/eventually.ts"
import { at, registration } from "#test/support/httpCall.ts"
import { findNatsCli } from "#test/support/natsCli.ts"
import { countTaken, system } from "#test/support/system.ts"

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(LedgerClock))

describe("an older Postgres", () => {
  it.live("stops every process, new ones too, and all go on by themselves when it is current again", () =>
    Effect.gen(function* () {
      const { awaitSettled, call, nats, publisher, query, rows, sink, start } = yield* system
      yield* start("worker")
      yield* start("all")
      const cli = yield* findNatsCli
      const remembered = runCommand({
        program: cli,
        args: ["--server", nats.url, "kv", "get", "ledger", "clock", "--raw"]
      }).pipe(Effect.flatMap(decode))
      const clock = yield* eventually(
        "the stock CLI reads the clock",
        Effect.retry(remembered, { times: 50 }),
        {
          holds: ({ seq }) => seq > 0
        }
      )
      yield* call({ path: "/api/v1/events", body: registration() })
      yield* awaitSettled(1)

      yield* query((sql) => sql`update ledger_clock set seq = 0`)
      const ready = yield* eventually("not ready", call({ path: "/health/ready" }), {
        holds: ({ status }) => status === 503
      })
      assert.strictEqual(at(ready, "checks.ledger_clock.status"), "unhealthy")
      assert.include(String(at(ready, "checks.ledger_clock.detail")), "carillon restore")
      const refused = yield* call({ path: "/api/v1/events", body: registration() })
      assert.deepInclude([refused.status, refused.json["code"]], "ledger_behind")
      assert.strictEqual(refused.status, 503)
      assert.match(String(refused.headers["retry-after"]), /^\d+$/)
      assert.strictEqual((yield* call({ path: "/api/v1/balance" })).status, 200)
      // What was accepted and not sent, and what comes over NATS meanwhile, waits. A new process stops at the same point.
      yield* publisher.publish("events.default.user_registered", registration())
      yield* start("all")
      yield* eventually("the new process is not ready either", call({ path: "/health/ready" }), {
        holds: ({ status }) => status === 503
      })
      assert.lengthOf(yield* rows, 1)

      yield* query((sql) => sql`update ledger_clock set seq = ${clock.seq + 1000}`)
      yield* awaitSettled(2)
      yield* eventually("ready", call({ path: "/health/ready" }), { holds: ({ status }) => status === 200 })
      assert.deepStrictEqual([...countTaken(sink.taken).values()], [1, 1])
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
