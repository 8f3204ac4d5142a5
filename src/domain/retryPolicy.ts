/** How long to wait before the next attempt. */

import { type MessageRow } from "#schemas/rows/MessageRow.ts"

import { bucket } from "./bucket.ts"

/** Share of a listed delay that jitter may add; it never takes away, so no retry is early. */
const spread = 0.2

const first_seconds = 5
const longest_seconds = 3600

/** 5 s doubling to 1 h, and full jitter: anything between nothing and that, but at least one second. */
const ownDelay_seconds = (attempt: number, drawn: number): number =>
  Math.max(1, Math.min(longest_seconds, first_seconds * 2 ** Math.min(attempt - 1, 20)) * drawn)

/** The delay listed for this attempt, the last one repeating; `undefined` where none is listed. */
const listedDelay_seconds = (delays: ReadonlyArray<number> | null, attempt: number): number | undefined =>
  delays?.at(Math.min(attempt, delays.length) - 1)

/**
 * Seconds to wait after attempt `row.attempt` (1 for the first) failed: the job's own delays where it has some, else
 * our backoff; never less than the provider asked for. The jitter is drawn from message and attempt, so that a crowd
 * that failed together does not come back together, and the same failure waits the same again.
 *
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export const retryDelay_seconds = (
  row: Pick<MessageRow, "attempt" | "message_id" | "retry_delays_seconds">,
  asked_seconds: number
): number => {
  const { attempt, message_id, retry_delays_seconds: delays } = row
  const drawn = bucket(`retry ${attempt}`, message_id)
  const listed = listedDelay_seconds(delays, attempt)
  const wait = listed === undefined ? ownDelay_seconds(attempt, drawn) : listed * (1 + spread * drawn)
  return Math.max(wait, asked_seconds)
}
