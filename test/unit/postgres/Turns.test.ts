/** Turns at the connections: first come first served, none lost, none waited for for ever. */

import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

import { Turns } from "#src/postgres/Turns.ts"

const waiting = { patience: "4 seconds", orElse: Effect.fail("busy" as const) } as const

/** Holds a turn until it is told to give it back. */
const hold = Effect.fnUntraced(function* (turns: Turns) {
  const release = yield* Deferred.make<void>()
  const fiber = yield* Effect.forkChild(
    turns.take(() => Deferred.await(release), waiting),
    {
      startImmediately: true
    }
  )
  return { release: Effect.andThen(Deferred.succeed(release, undefined), Fiber.join(fiber)), fiber }
})

describe("Turns.take", () => {
  it.effect("runs as many at once as there are, and the rest in the order in which they came", () =>
    Effect.gen(function* () {
      const turns = new Turns(2)
      const held = [yield* hold(turns), yield* hold(turns)]
      const ran: Array<number> = []
      const fibers = yield* Effect.forEach([1, 2, 3], (n) =>
        Effect.forkChild(
          turns.take(() => Effect.sync(() => ran.push(n)), waiting),
          { startImmediately: true }
        )
      )
      assert.deepStrictEqual([ran, turns.waiting], [[], 3])
      yield* held[0]?.release ?? Effect.void
      yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual([ran, turns.waiting], [[1, 2, 3], 0])
    })
  )

  it.effect("gives up what has waited too long, and what was interrupted gives its place to the next", () =>
    Effect.gen(function* () {
      const turns = new Turns(1)
      const held = yield* hold(turns)
      const late = yield* Effect.forkChild(Effect.flip(turns.take(() => Effect.void, waiting)), {
        startImmediately: true
      })
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* Fiber.join(late), "busy")
      const gone = yield* hold(turns)
      yield* Fiber.interrupt(gone.fiber)
      assert.strictEqual(turns.waiting, 0)
      yield* held.release
      yield* turns.take(() => Effect.void, waiting)
    })
  )

  it.effect("passes on the turn of one that was interrupted when it came", () =>
    Effect.gen(function* () {
      const turns = new Turns(1)
      const held = yield* hold(turns)
      const next = yield* hold(turns)
      const last = yield* hold(turns)
      // The turn comes, and before it is used its fiber is interrupted.
      yield* Effect.all([held.release, Fiber.interrupt(next.fiber)], { concurrency: "unbounded" })
      yield* last.release
      yield* turns.take(() => Effect.void, waiting)
    })
  )

  it.effect("gives the turn back where the effect fails", () =>
    Effect.gen(function* () {
      const turns = new Turns(1)
      assert.strictEqual(yield* Effect.flip(turns.take(() => Effect.fail("no"), waiting)), "no")
      yield* turns.take(() => Effect.void, waiting)
    })
  )
})
