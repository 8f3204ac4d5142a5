/** A message's whole story, told from its row, its earlier attempts and what operators decided. */

import { type Channel } from "#schemas/Channel.ts"
import { type JobId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type Status } from "#schemas/Status.ts"

/** An attempt as it was recorded; what is null is not known, or not yet. */
export interface AttemptRow {
  /** 1 for the first. */
  readonly attempt: number
  readonly started_at: Instant | null
  readonly finished_at: Instant | null
  readonly phase: string | null
  readonly result: string | null
  readonly provider: string | null
  readonly provider_code: number | null
  readonly provider_message: string | null
  readonly provider_message_id: string | null
  readonly retry_at: Instant | null
}

/** An operator's word, and what it found. */
export interface DecisionRow {
  readonly act: "replayed" | "resolved"
  readonly decided_at: Instant
  readonly decided_by: string
  readonly note: string | null
  /** What it led to. */
  readonly status: Status
  /** Attempts started by then. */
  readonly attempt: number
  readonly from_status: Status
  readonly from_reason: string | null
  readonly from_at: Instant | null
}

/** What a story needs of `campaign.campaign_messages`; the last attempt is in the row. */
export interface StoryRow {
  readonly message_id: JobId
  readonly event_id: string | null
  readonly campaign_id: string | null
  readonly execution_id: string | null
  readonly user_id: string
  readonly channel_type: Channel
  readonly template_code: string
  readonly template_version: number | null
  readonly locale: string | null
  readonly title: string | null
  readonly status: Status
  readonly reason: string | null
  /** Attempts started so far. */
  readonly attempt: number
  readonly max_attempts: number
  readonly send_after: Instant | null
  readonly expires_at: Instant | null
  readonly retry_at: Instant | null
  readonly contact_source: string | null
  readonly attempt_started_at: Instant | null
  readonly attempt_finished_at: Instant | null
  readonly phase: string | null
  readonly result: string | null
  readonly provider: string | null
  readonly provider_code: number | null
  readonly provider_message_id: string | null
  readonly error_message: string | null
  readonly queued_at: Instant
  readonly sent_at: Instant | null
  readonly delivered_at: Instant | null
  readonly opened_at: Instant | null
  readonly clicked_at: Instant | null
  readonly bounced_at: Instant | null
  readonly failed_at: Instant | null
  readonly unsubscribed_at: Instant | null
  readonly settled_at: Instant | null
}

export interface Step {
  readonly at: Instant
  readonly status: Status
  readonly reason: string | null
  /** Where an operator decided it: who, and what they say about it. */
  readonly by?: string
  readonly note?: string
}

const lastAttempt = (row: StoryRow): AttemptRow => ({
  attempt: row.attempt,
  started_at: row.attempt_started_at,
  finished_at: row.attempt_finished_at,
  phase: row.phase,
  result: row.result,
  provider: row.provider,
  provider_code: row.provider_code,
  provider_message: row.error_message,
  provider_message_id: row.provider_message_id,
  retry_at: row.retry_at
})

/** Each once, in order. The archive's word goes over the row's, which a later settle may have changed. */
export const attemptsOf = (row: StoryRow, archived: ReadonlyArray<AttemptRow>): ReadonlyArray<AttemptRow> => {
  const known = new Map(archived.map((attempt) => [attempt.attempt, attempt]))
  if (row.attempt > 0 && !known.has(row.attempt)) known.set(row.attempt, lastAttempt(row))
  return [...known.values()].toSorted((one, other) => one.attempt - other.attempt)
}

/** The reason that a person reads: what the provider said, as short as it comes. */
const reasonOf = ({ attempt, phase, provider_code, result }: AttemptRow): string => {
  const answer = provider_code === null ? "" : ` ${provider_code}`
  return `attempt ${attempt}: ${result ?? "no result"}${answer}${phase === null ? "" : ` at ${phase}`}`
}

/** The start of an attempt, and its end where it did not end the message. */
const stepsOfAttempt = (attempt: AttemptRow, isEnd: boolean): ReadonlyArray<Step> => {
  const { finished_at, retry_at, started_at } = attempt
  const started: ReadonlyArray<Step> =
    started_at === null ? [] : [{ at: started_at, status: "sending", reason: `attempt ${attempt.attempt}` }]
  if (isEnd || finished_at === null) return started
  const status = retry_at === null ? "queued" : "retrying"
  return [...started, { at: finished_at, status, reason: reasonOf(attempt) }]
}

/** The statuses that a row reached, with the instants that it keeps of them. */
const milestones = (row: StoryRow): ReadonlyArray<readonly [Status, Instant | null]> => [
  ["sent", row.sent_at],
  ["delivered", row.delivered_at],
  ["opened", row.opened_at],
  ["clicked", row.clicked_at],
  ["unsubscribed", row.unsubscribed_at]
]

const open: ReadonlySet<Status> = new Set(["queued", "sending", "retrying"])
const dated: ReadonlySet<Status> = new Set(["sent", "delivered", "opened", "clicked", "unsubscribed"])

/** How it ended, where no milestone says so. */
const ending = (row: StoryRow, attempts: ReadonlyArray<AttemptRow>): ReadonlyArray<Step> => {
  const { status } = row
  const at = row.settled_at ?? row.bounced_at ?? row.failed_at
  if (open.has(status) || dated.has(status) || at === null) return []
  const last = attempts.at(-1)
  return [{ at, status, reason: row.reason ?? (last === undefined ? null : reasonOf(last)) }]
}

/** A `retrying` that is the row's present status: its attempt is still the row's own. */
const waiting = (row: StoryRow, last: AttemptRow): ReadonlyArray<Step> =>
  last.finished_at !== null && (row.status === "retrying" || row.status === "queued")
    ? [{ at: last.finished_at, status: row.status, reason: reasonOf(last) }]
    : []

/** How the message had ended, and what was decided then. */
const stepsOfDecision = (decision: DecisionRow): ReadonlyArray<Step> => {
  const { act, decided_at, decided_by, from_at, from_reason, from_status, note, status } = decision
  const decided = { at: decided_at, status, reason: act, by: decided_by, ...(note === null ? {} : { note }) }
  return from_at === null ? [decided] : [{ at: from_at, status: from_status, reason: from_reason }, decided]
}

/** What was decided, and when: without who said so and why. */
export const withoutNote = ({ at, reason, status }: Step): Step => ({ at, reason, status })

/** An operator's word is told once, in the operator's words. */
const withoutEchoes = (steps: ReadonlyArray<Step>): ReadonlyArray<Step> => {
  const told = new Set(steps.filter(({ by }) => by !== undefined).map(({ at, status }) => `${at} ${status}`))
  return steps.filter(({ at, by, status }) => by !== undefined || !told.has(`${at} ${status}`))
}

/**
 * Oldest first; what happened at the same instant stays in the order of a message's life.
 *
 * @param attempts as `attemptsOf` gives them
 * @param decisions oldest first
 */
export const historyOf = (
  row: StoryRow,
  attempts: ReadonlyArray<AttemptRow>,
  decisions: ReadonlyArray<DecisionRow>
): ReadonlyArray<Step> => {
  const last = attempts.at(-1)
  const reached = milestones(row).flatMap(([status, at]) =>
    at === null ? [] : [{ at, status, reason: null }]
  )
  const ends = new Set(decisions.map(({ attempt }) => attempt))
  /** Whether the attempt ended a life of the message, or is its last so far. */
  const isEnd = (one: AttemptRow): boolean => (ends.has(one.attempt) ? one.retry_at === null : one === last)
  const steps: ReadonlyArray<Step> = [
    { at: row.queued_at, status: "queued", reason: "planned" },
    ...attempts.flatMap((attempt) => stepsOfAttempt(attempt, isEnd(attempt))),
    ...(last === undefined || ends.has(last.attempt) ? [] : waiting(row, last)),
    ...decisions.flatMap(stepsOfDecision),
    ...reached.filter(({ status }) => status !== "sent" || last?.result === "sent" || last === undefined),
    ...ending(row, attempts)
  ]
  return withoutEchoes(steps).toSorted((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)))
}
