/** Holding on while the ledger is away. */

import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"

import { LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { untilLedger } from "#src/services/untilLedger.ts"

/** Away for so many calls, then there. */
const awayFor = (calls: number) => {
  const seen = { calls: 0 }
  const ask = Effect.suspend(() => {
    seen.calls++
    return seen.calls <= calls
      ? Effect.fail(new LedgerUnreachable({ cause: "refused" }))
      : Effect.succeed("there")
  })
  return { ask, seen }
}

describe("untilLedger", () => {
  it.effect("asks once where the ledger answers", () =>
    Effect.gen(function* () {
      const { ask, seen } = awayFor(0)
      assert.strictEqual(yield* untilLedger(ask), "there")
      assert.strictEqual(seen.calls, 1)
    })
  )

  it.effect("asks again and again, at first after 100 ms, at last every second", () =>
    Effect.gen(function* () {
      const { ask, seen } = awayFor(1000)
      const fiber = yield* Effect.forkChild(untilLedger(ask), { startImmediately: true })
      const before = seen.calls
      yield* TestClock.adjust("100 millis")
      assert.isAbove(seen.calls, before)
      yield* TestClock.adjust("1 minute")
      const later = seen.calls
      yield* TestClock.adjust("1 minute")
      assert.closeTo(seen.calls - later, 60, 1)
      yield* Fiber.interrupt(fiber)
    })
  )

  it.effect("answers at most two seconds after the ledger is back", () =>
    Effect.gen(function* () {
      const { ask, seen } = awayFor(20)
      const fiber = yield* Effect.forkChild(untilLedger(ask), { startImmediately: true })
      while (seen.calls <= 20) yield* TestClock.adjust(Duration.seconds(2))
      assert.strictEqual(yield* Fiber.join(fiber), "there")
      assert.strictEqual(seen.calls, 21)
    })
  )

  it.effect("does not repeat what Postgres refuses: that is our own mistake", () =>
    Effect.gen(function* () {
      let calls = 0
      const refused = Effect.suspend(() => {
        calls++
        return Effect.die("no such column")
      })
      assert.deepStrictEqual(yield* Effect.exit(untilLedger(refused)), Exit.die("no such column"))
      assert.strictEqual(calls, 1)
    })
  )
})
