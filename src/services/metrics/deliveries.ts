/** What became of messages, counted from what the ledger really wrote; a few updates a batch. */

import { type Context, Effect, Metric } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type Attempt } from "#src/domain/Attempt.ts"
import { type Settlement } from "#src/domain/Settlement.ts"
import { type SettledRow } from "#src/repositories/Ledger.ts"

import { byLabels, type Grouping } from "./byLabels.ts"

const settled = Metric.counter("campaign_messages_sent_total", {
  description: "Messages that this process has brought to a status; retrying and queued ones go on"
})

const attempts = Metric.counter("carillon_delivery_attempts_total", {
  description: "Tries to hand a message to a provider, by how they ended"
})

/** 5 ms to 82 s: an answer is awaited for longer, but hardly ever comes. */
const boundaries = Metric.exponentialBoundaries({ start: 0.005, factor: 4, count: 8 })

/** With its labels from the start: to add them at each update costs more than the update. */
const durationOf = (attributes: Readonly<Record<string, string>>) =>
  Metric.histogram("carillon_delivery_attempt_duration_seconds", {
    description: "From the start of an attempt to the provider's answer",
    boundaries,
    attributes
  })

const isAttempt = (outcome: Settlement["outcome"]): outcome is Attempt =>
  outcome !== null && outcome.phase !== null

/** Where the second of the minute begins in an instant; it ends before the `Z`. */
const secondAt = 17

/** Nearly all attempts begin and end in one minute: then nothing but the seconds is read. */
const secondsOf = ({ finished_at, started_at }: Attempt): number =>
  finished_at.slice(0, secondAt) === started_at.slice(0, secondAt)
    ? Math.max(0, Number(finished_at.slice(secondAt, -1)) - Number(started_at.slice(secondAt, -1)))
    : Math.max(0, Date.parse(finished_at) - Date.parse(started_at)) / 1000

interface Tried {
  readonly attempt: Attempt
  readonly channel: string
}

/** What was tried, of what was written: a settlement that found its row taken counts for nobody. */
const triedOf = (
  settlements: ReadonlyArray<Settlement>,
  written: ReadonlyArray<SettledRow>
): ReadonlyArray<Tried> => {
  const channels = new Map<JobId, string>()
  for (const { channel, message_id } of written) channels.set(message_id, channel)
  return settlements.flatMap(({ message_id, outcome }) => {
    const channel = channels.get(message_id)
    return channel !== undefined && isAttempt(outcome) ? [{ attempt: outcome, channel }] : []
  })
}

const byStatus: Grouping<SettledRow> = {
  key: ({ channel, status }) => channel + status,
  labels: ({ channel, status }) => ({ channel, status })
}

const byResult: Grouping<Tried> = {
  key: ({ attempt, channel }) => channel + attempt.provider + attempt.result,
  labels: ({ attempt: { provider, result }, channel }) => ({ channel, provider, result })
}

const countAttempts = (tried: ReadonlyArray<Tried>, context: Context.Context<never>) => {
  for (const { items, labels } of byLabels(tried, byResult)) {
    const { channel = "", provider = "" } = labels
    const here = durationOf({ channel, provider })
    Metric.withAttributes(attempts, labels).updateUnsafe(items.length, context)
    for (const { attempt } of items) here.updateUnsafe(secondsOf(attempt), context)
  }
}

/** @param written what the ledger answered to these settlements */
export const countDeliveries = (
  settlements: ReadonlyArray<Settlement>,
  written: ReadonlyArray<SettledRow>
): Effect.Effect<void> =>
  Effect.map(Effect.context(), (context) => {
    for (const { items, labels } of byLabels(written, byStatus))
      Metric.withAttributes(settled, labels).updateUnsafe(items.length, context)
    countAttempts(triedOf(settlements, written), context)
  })
