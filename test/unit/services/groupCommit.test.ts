/** Many small calls, one big one. */

import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Schema } from "effect"

import { makeGroupCommit } from "#src/services/groupCommit.ts"

class Away extends Schema.TaggedError<Away>()("Away", {}) {}

/** Doubles each number; the first run waits at a gate, so that what comes meanwhile has to wait for it. */
const doubling = Effect.fnUntraced(function* (most: number, poison: number = Number.NaN) {
  const runs: Array<ReadonlyArray<number>> = []
  const begun = yield* Deferred.make<void>()
  const gate = yield* Deferred.make<void>()
  const run = Effect.fnUntraced(function* (items: ReadonlyArray<number>) {
    runs.push(items)
    yield* Deferred.succeed(begun, undefined)
    yield* Deferred.await(gate)
    if (items.includes(poison)) return yield* Effect.die("poison")
    if (items.includes(-poison)) return yield* new Away()
    return items.map((item) => item * 2)
  })
  const call = yield* makeGroupCommit(run, most)
  /** The first call is under way, the others wait: then all go on. */
  const all = Effect.fnUntraced(function* (calls: ReadonlyArray<ReadonlyArray<number>>) {
    const fibers = [yield* Effect.forkChild(call(calls[0] ?? []))]
    yield* Deferred.await(begun)
    for (const items of calls.slice(1))
      fibers.push(yield* Effect.forkChild(call(items), { startImmediately: true }))
    yield* Deferred.succeed(gate, undefined)
    return yield* Effect.forEach(fibers, Fiber.await)
  })
  return { all, call, gate, runs }
})

describe("makeGroupCommit", () => {
  it.effect("shares one run among all that came meanwhile, and answers each its own in order", () =>
    Effect.gen(function* () {
      const { all, runs } = yield* doubling(1000)
      const answers = yield* all([[1], [2, 3], [4], [5, 6, 7]])
      assert.deepStrictEqual(answers, [[2], [4, 6], [8], [10, 12, 14]].map(Exit.succeed))
      assert.deepStrictEqual(runs, [[1], [2, 3, 4, 5, 6, 7]])
    })
  )

  it.effect("puts no more together than fits, and a bigger call alone", () =>
    Effect.gen(function* () {
      const { all, runs } = yield* doubling(3)
      yield* all([[1], [2, 3], [4], [5], [6, 7, 8, 9], [10]])
      assert.deepStrictEqual(runs, [[1], [2, 3, 4], [5], [6, 7, 8, 9], [10]])
    })
  )

  it.effect("answers a call of nothing at once, without a run", () =>
    Effect.gen(function* () {
      const { call, runs } = yield* doubling(10)
      assert.deepStrictEqual(yield* call([]), [])
      assert.isEmpty(runs)
    })
  )

  it.effect("tries each call alone where the shared run dies, so that one harms no other", () =>
    Effect.gen(function* () {
      const { all, runs } = yield* doubling(10, 3)
      const answers = yield* all([[1], [2], [3], [4, 5]])
      assert.deepStrictEqual(answers, [
        Exit.succeed([2]),
        Exit.succeed([4]),
        Exit.die("poison"),
        Exit.succeed([8, 10])
      ])
      assert.deepStrictEqual(runs, [[1], [2, 3, 4, 5], [2], [3], [4, 5]])
    })
  )

  it.effect("gives a failure to all calls of the run, and to no other", () =>
    Effect.gen(function* () {
      const { all, call } = yield* doubling(3, -4)
      const answers = yield* all([[1], [2], [4], [5, 6, 7]])
      assert.deepStrictEqual(answers, [
        Exit.succeed([2]),
        Exit.fail(new Away()),
        Exit.fail(new Away()),
        Exit.succeed([10, 12, 14])
      ])
      assert.deepStrictEqual(yield* call([8]), [16])
    })
  )

  it.effect("goes on for the others when a caller leaves", () =>
    Effect.gen(function* () {
      const { call, gate, runs } = yield* doubling(10)
      const leaving = yield* Effect.forkChild(call([1]), { startImmediately: true })
      const staying = yield* Effect.forkChild(call([2]), { startImmediately: true })
      yield* Fiber.interrupt(leaving)
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Fiber.join(staying), [4])
      assert.sameMembers(runs.flat(), [1, 2])
    })
  )
})
