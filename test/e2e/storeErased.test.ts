/** The transport is disposable: all that JetStream had is erased while work is queued, delayed, retried and in the air. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { at, registration } from "#test/support/httpCall.ts"
import { inSeconds } from "#test/support/later.ts"
import { answerAfter } from "#test/support/smtpSink.ts"
import { countTaken, system } from "#test/support/system.ts"

const together = { concurrency: "unbounded" } as const
const queued = 400
const delayed = 50

describe("a JetStream store that is erased under load", () => {
  it.live("leaves every accepted message to be sent, and none to be sent twice", () =>
    Effect.gen(function* () {
      const { awaitSettled, call, nats, sink, start } = yield* system
      yield* Effect.all([start("all"), start("all")], together)
      sink.onAccepted(answerAfter(50))
      // The first ones are put off, and wait as retries while the store goes.
      sink.fail("RCPT", { reply: "451 4.3.0 try later" }, 20)
      const now = { retry_delays_seconds: [6] }
      const later = { ...now, send_after: inSeconds(8) }
      const events = [
        ...Array.from({ length: delayed }, () => registration({ delivery: later })),
        ...Array.from({ length: queued }, () => registration({ delivery: now }))
      ]
      const { status } = yield* call({ path: "/api/v1/events/batch", body: { events } })
      assert.strictEqual(status, 207)
      yield* sink.waitFor(queued / 4)

      yield* nats.stop
      yield* nats.erase
      yield* nats.start
      const rows = yield* awaitSettled(queued + delayed)

      assert.deepStrictEqual(new Set(rows.map(({ status }) => status)), new Set(["sent"]))
      const counts = countTaken(sink.taken)
      assert.strictEqual(counts.size, queued + delayed)
      assert.deepStrictEqual(new Set(counts.values()), new Set([1]))
      const balance = yield* call({ path: "/api/v1/balance" })
      assert.isTrue(at(balance, "balanced"))
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
