/** Whose turn it is to hold one of the connections: first come, first served, and waited for no longer than makes sense. */

import { type Duration, Effect, Latch } from "effect"

interface Turn {
  readonly come: Latch.Latch
  has: boolean
}

export class Turns {
  readonly #waiting = new Set<Turn>()
  readonly #size: number
  #free: number

  constructor(size: number) {
    this.#size = size
    this.#free = size
  }

  get free(): number {
    return this.#free
  }

  get busy(): number {
    return this.#size - this.#free
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Runs `use` when it is its turn; does `orElse` where that has not come within `patience`. A turn ends with its effect,
   * unless that was interrupted and says by `keep` what still goes on: then with that.
   */
  take<A, E, R, E2>(
    use: (keep: (over: Promise<void>) => void) => Effect.Effect<A, E, R>,
    { orElse, patience }: { readonly patience: Duration.Input; readonly orElse: Effect.Effect<never, E2> }
  ): Effect.Effect<A, E | E2, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const turn = this.#join()
        let left: Promise<void> | undefined
        const keep = (over: Promise<void>): void => {
          left = over
        }
        const come = turn.has
          ? Effect.void
          : Effect.timeoutOrElse(turn.come.await, { duration: patience, orElse: () => orElse })
        return Effect.ensuring(
          restore(Effect.andThen(come, use(keep))),
          Effect.sync(() => {
            if (left === undefined) this.#leave(turn)
            else void left.finally(() => this.#leave(turn))
          })
        )
      })
    )
  }

  #join(): Turn {
    const turn = { come: Latch.makeUnsafe(false), has: this.#free > 0 }
    if (turn.has) this.#free--
    else this.#waiting.add(turn)
    return turn
  }

  /** Also for one whose turn came while it went away: it is passed on, not lost. */
  #leave(turn: Turn): void {
    if (this.#waiting.delete(turn) || !turn.has) return
    for (const next of this.#waiting) {
      this.#waiting.delete(next)
      next.has = true
      next.come.openUnsafe()
      return
    }
    this.#free++
  }
}
