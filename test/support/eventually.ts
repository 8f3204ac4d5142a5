/** Waiting for what comes true by itself: looks again and again, and says what it saw where it never did. */

import { Effect, Schedule, Schema } from "effect"

class NeverHeld extends Schema.TaggedError<NeverHeld>()("NeverHeld", {
  what: Schema.String,
  seen: Schema.String
}) {
  override get message(): string {
    return `not within the time given: ${this.what}. Seen last: ${this.seen}`
  }
}

/** Of a long list the end: what is newest. */
const show = (seen: unknown): string => JSON.stringify(seen).slice(-2000)

/** Ten looks a second; 350 unless told. A look that fails saw nothing yet. */
export const eventually = <A, E, R>(
  what: string,
  look: Effect.Effect<A, E, R>,
  { holds, looks = 350 }: { readonly holds: (seen: A) => boolean; readonly looks?: number }
): Effect.Effect<A, NeverHeld, R> =>
  look.pipe(
    Effect.mapError((error) => new NeverHeld({ what, seen: String(error) })),
    Effect.filterOrFail(holds, (seen) => new NeverHeld({ what, seen: show(seen) })),
    Effect.retry({ schedule: Schedule.spaced("100 millis"), times: looks })
  )
