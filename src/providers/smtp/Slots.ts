/** How many sends may be under way: taken by whole batches, given back one by one from plain callbacks. */

import { setTimeout as pass } from "node:timers/promises"

import { Effect, Latch } from "effect"

export interface Slots {
  /**
   * Waits for at least one free slot, then takes as many as are free, at most `max`. Where all were taken, it waits until
   * half of them are free, or for 3 ms: what is started together costs the ledger one statement.
   */
  readonly reserve: (max: number) => Effect.Effect<number>
  readonly release: (count: number) => void
  readonly free: () => number
}

/** Nothing beside the time that a mail takes, and long beside that of a statement. */
const linger_ms = 3

export const makeSlots = (size: number): Slots => {
  const many = Math.ceil(size / 2)
  let free = size
  const someFree = Latch.makeUnsafe(size > 0)
  const manyFree = Latch.makeUnsafe(size > 0)

  const take = (max: number): number => {
    const taken = Math.min(free, max)
    free -= taken
    if (free === 0) someFree.closeUnsafe()
    if (free < many) manyFree.closeUnsafe()
    return taken
  }

  const more = Effect.raceFirst(
    manyFree.await,
    Effect.promise((signal) => pass(linger_ms, undefined, { signal }).catch(() => undefined))
  )

  const reserve = (max: number): Effect.Effect<number> =>
    Effect.gen(function* () {
      yield* someFree.await
      if (free < Math.min(max, many)) yield* more
      // Another one that waited may have taken all.
      return free === 0 ? yield* reserve(max) : take(max)
    })

  const release = (count: number): void => {
    free += count
    if (free > 0) someFree.openUnsafe()
    if (free >= many) manyFree.openUnsafe()
  }

  return { reserve, release, free: () => free }
}
