/** Who is dead: whose beat has not risen during 15 s in which the observer's own beats succeeded. */

import { type WorkerId } from "#schemas/Ids.ts"

/** Longer than any pause of a garbage collector, shorter than a user's patience. */
const silence_ms = 15_000

/** A longer step is the observer's own absence (a sleeping laptop, a stopped process), and counts as no time at all. */
const longestStep_ms = 6000

export interface Observed {
  readonly beat: number
  /** For how long, by the observer's monotonic clock, it has been the same. */
  readonly silent_ms: number
}

export type Observations = ReadonlyMap<WorkerId, Observed>

/** @param step_ms since the last observation, by the observer's monotonic clock; each follows an own beat that succeeded */
export const observe = (
  before: Observations,
  beats: ReadonlyArray<{ readonly worker_id: WorkerId; readonly beat: number }>,
  step_ms: number
): Observations => {
  const step = step_ms > longestStep_ms ? 0 : step_ms
  return new Map(
    beats.map(({ beat, worker_id }) => {
      const last = before.get(worker_id)
      return [worker_id, { beat, silent_ms: last?.beat === beat ? last.silent_ms + step : 0 }]
    })
  )
}

export const silentOnes = (
  observations: Observations
): ReadonlyArray<{ readonly worker_id: WorkerId; readonly beat: number }> =>
  [...observations]
    .filter(([, { silent_ms }]) => silent_ms >= silence_ms)
    .map(([worker_id, { beat }]) => ({ worker_id, beat }))
