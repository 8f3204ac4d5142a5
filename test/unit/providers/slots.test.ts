import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"

import { makeSlots } from "#src/providers/smtp/Slots.ts"

describe("Slots.reserve", () => {
  it.live("takes at once what is asked for, where it is free", () =>
    Effect.gen(function* () {
      const { free, reserve } = makeSlots(20)
      assert.strictEqual(yield* reserve(1), 1)
      assert.strictEqual(yield* reserve(100), 19)
      assert.strictEqual(free(), 0)
    })
  )

  it.live("takes together what becomes free one after the other", () =>
    Effect.gen(function* () {
      const { release, reserve } = makeSlots(4)
      yield* reserve(4)
      const next = yield* Effect.forkChild(reserve(4), { startImmediately: true })
      release(1)
      release(1)
      assert.strictEqual(yield* Fiber.join(next), 2)
    })
  )

  it.live("goes on with a few, where no more become free", () =>
    Effect.gen(function* () {
      const { release, reserve } = makeSlots(20)
      yield* reserve(20)
      const next = yield* Effect.forkChild(reserve(20), { startImmediately: true })
      release(1)
      assert.strictEqual(yield* Fiber.join(next), 1)
    })
  )

  it.live("gives each slot to one of those that wait", () =>
    Effect.gen(function* () {
      const { free, release, reserve } = makeSlots(2)
      yield* reserve(2)
      const waiting = yield* Effect.forkChild(Effect.all([reserve(1), reserve(1)], { concurrency: 2 }), {
        startImmediately: true
      })
      release(1)
      release(1)
      assert.deepStrictEqual(yield* Fiber.join(waiting), [1, 1])
      assert.strictEqual(free(), 0)
    })
  )
})
