/** How many sends may be under way: taken by whole batches, given back one by one from plain callbacks. */

import { Effect, Latch } from "effect"

export interface Slots {
  /** Waits for at least one free slot, then takes as many as are free, at most `max`. */
  readonly reserve: (max: number) => Effect.Effect<number>
  readonly release: (count: number) => void
  readonly free: () => number
}

export const makeSlots = (size: number): Slots => {
  let free = size
  const someFree = Latch.makeUnsafe(size > 0)

  const take = (max: number): number => {
    const taken = Math.min(free, max)
    free -= taken
    if (free === 0) someFree.closeUnsafe()
    return taken
  }

  const reserve = (max: number): Effect.Effect<number> =>
    // Another one that waited may have taken all.
    Effect.andThen(
      someFree.await,
      Effect.suspend(() => (free === 0 ? reserve(max) : Effect.sync(() => take(max))))
    )

  const release = (count: number): void => {
    free += count
    if (free > 0) someFree.openUnsafe()
  }

  return { reserve, release, free: () => free }
}
