/** A loop that died or hangs is named; one that waits, or whose server is away, is not. */

import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Schedule } from "effect"
import { TestClock } from "effect/testing"

import { keepTurning, Loops, makeLoops, watchLoop } from "#src/observability/Loops.ts"

const late = Effect.gen(function* () {
  const { lateAt } = yield* Loops
  return lateAt(yield* Clock.Clock)
})

const test = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.provideService(
    Effect.suspend(() => effect),
    Loops,
    makeLoops()
  )

describe("Loops", () => {
  it.effect("names no loop that goes round, however often", () =>
    test(
      Effect.gen(function* () {
        const loop = yield* watchLoop("beat", "2 seconds")
        yield* Effect.forkScoped(Effect.repeat(loop.turn(Effect.void), Schedule.spaced("2 seconds")))
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(yield* late, [])
      }).pipe(Effect.scoped)
    )
  )

  it.effect("names one that hangs, a minute after its pause, until it goes on", () =>
    test(
      Effect.gen(function* () {
        const loop = yield* watchLoop("sweep", "20 seconds")
        const hang = yield* Deferred.make<void>()
        yield* Effect.forkScoped(
          Effect.repeat(loop.turn(Deferred.await(hang)), Schedule.spaced("20 seconds"))
        )
        yield* TestClock.adjust("80 seconds")
        assert.deepStrictEqual(yield* late, [])
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual(yield* late, ["sweep"])
        yield* Deferred.succeed(hang, undefined)
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual(yield* late, [])
      }).pipe(Effect.scoped)
    )
  )

  it.effect("names one that has ended, even while it rested", () =>
    test(
      Effect.gen(function* () {
        const loop = yield* watchLoop("consume", "2 seconds")
        const running = yield* Effect.forkChild(Effect.forever(loop.rest(Effect.never)))
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(yield* late, [])
        yield* Fiber.interrupt(running)
        yield* TestClock.adjust("63 seconds")
        assert.deepStrictEqual(yield* late, ["consume"])
      }).pipe(Effect.scoped)
    )
  )

  it.effect("excuses all while a server is away, and forgets those whose scope has ended", () =>
    test(
      Effect.gen(function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { excuse } = yield* Loops
            yield* watchLoop("relay", "1 second")
            yield* TestClock.adjust("1 hour")
            assert.deepStrictEqual(yield* late, ["relay"])
            yield* excuse
            assert.deepStrictEqual(yield* late, [])
            yield* TestClock.adjust("62 seconds")
            assert.deepStrictEqual(yield* late, ["relay"])
          })
        )
        assert.deepStrictEqual(yield* late, [])
      })
    )
  )

  it.effect("goes on after a defect, in which it was alive", () =>
    test(
      Effect.gen(function* () {
        const loop = yield* watchLoop("consume", "2 seconds")
        let turns = 0
        const turn = Effect.suspend(() => {
          turns += 1
          return turns < 3 ? Effect.die("a defect") : Effect.never
        })
        yield* Effect.forkScoped(keepTurning(loop.rest(turn)))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(turns, 3)
        assert.deepStrictEqual(yield* late, [])
      }).pipe(Effect.scoped)
    )
  )
})
