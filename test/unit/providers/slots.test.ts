import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"

import { makeSlots, type Slots } from "#src/providers/smtp/Slots.ts"

const to = (count: number, domain = "one.example"): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => `user-${n}@${domain}`)

/** Waits for room, and takes it; how many. */
const reserve = ({ awaitRoom, take }: Slots, addresses: ReadonlyArray<string>) =>
  Effect.map(awaitRoom(addresses), () => take(addresses).length)

const slotsOf = (size: number) => makeSlots(size, () => 0)

describe("Slots", () => {
  it.live("takes at once what is asked for, where it is free, and of one domain at most half", () =>
    Effect.gen(function* () {
      const slots = slotsOf(40)
      assert.strictEqual(yield* reserve(slots, to(1)), 1)
      assert.strictEqual(yield* reserve(slots, to(100)), 19)
      assert.strictEqual(slots.free(), 20)
    })
  )

  it.live("takes together what becomes free one after the other", () =>
    Effect.gen(function* () {
      const slots = slotsOf(8)
      assert.lengthOf(slots.take(to(8)), 4)
      const next = yield* Effect.forkChild(reserve(slots, to(4)), { startImmediately: true })
      slots.release(to(1))
      slots.release(to(1))
      assert.strictEqual(yield* Fiber.join(next), 2)
    })
  )

  it.live("goes on with a few, where no more become free", () =>
    Effect.gen(function* () {
      const slots = slotsOf(40)
      slots.take(to(40))
      const next = yield* Effect.forkChild(reserve(slots, to(20)), { startImmediately: true })
      slots.release(to(1))
      assert.strictEqual(yield* Fiber.join(next), 1)
    })
  )

  it.live("lets no domain wait for another one that is slow", () =>
    Effect.gen(function* () {
      const slots = slotsOf(40)
      slots.take(to(40, "SLOW.example"))
      const slow = yield* Effect.forkChild(slots.awaitRoom(to(5, "slow.example")), { startImmediately: true })
      assert.strictEqual(yield* reserve(slots, to(5)), 5)
      assert.strictEqual(slow.pollUnsafe(), undefined)
      yield* Fiber.interrupt(slow)
    })
  )

  it("knows when something moved last: at a domain's own slots, or at anyone's where it has none", () => {
    let now = 1000
    const slots = makeSlots(8, () => now)
    slots.take(to(1, "slow.example"))
    now = 2000
    slots.take(to(1))
    assert.strictEqual(slots.movedAt(to(1, "slow.example")), 1000)
    assert.strictEqual(slots.movedAt(to(1, "third.example")), 2000)
    now = 3000
    slots.release(to(1, "slow.example"))
    assert.strictEqual(slots.movedAt([...to(1, "slow.example"), ...to(1)]), 3000)
    assert.strictEqual(slots.movedAt(to(1)), 2000)
  })
})
