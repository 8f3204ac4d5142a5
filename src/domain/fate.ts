/**
 * What a pass over a row leads to. Every rule about the life of a message after it was planned is here.
 *
 * | what happened                            | next status | with it                        |
 * | ---------------------------------------- | ----------- | ------------------------------ |
 * | the provider took it                     | `sent`      |                                |
 * | the provider said no for good            | `bounced` where it is the address, else `failed` | dead letter |
 * | the provider could not now               | `retrying`; `dead` after the last attempt | its due time; dead letter |
 * | no one knows: transactional              | as above: it is sent again |                 |
 * | no one knows: campaign                   | `unknown`   | an operator decides            |
 * | never sendable: no contact, no template… | `failed`    | dead letter                    |
 * | refused at the start                     | `cancelled`, `suppressed`, `expired`, `dead` | dead letter for `dead` |
 * | its hints kill whoever takes them up     | `dead`      | dead letter                    |
 * | its worker died                          | `queued`, `dead`, `unknown` | the lost attempt |
 * | its worker has lost track of it          | the same    | the lost attempt               |
 * | the ledger was restored: campaign        | `unknown`   | an operator decides            |
 */

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type WorkerId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type Judgement, type MessageRow } from "#schemas/rows/MessageRow.ts"

import { type Attempt } from "./Attempt.ts"
import { plusSeconds } from "./instants.ts"
import { letterOfJob } from "./letter.ts"
import { retryDelay_seconds } from "./retryPolicy.ts"
import { type NextStatus, type Settlement } from "./Settlement.ts"
import { isBounce } from "./smtpAnswer.ts"

/** A row whose attempt `row.attempt` was started by `owner`. */
export interface StartedRow {
  readonly row: MessageRow
  readonly owner: WorkerId
}

export const settlement = (
  row: MessageRow,
  status: NextStatus,
  rest: Partial<Settlement> = {}
): Settlement => ({
  message_id: row.message_id,
  attempt: row.attempt,
  generation: row.generation,
  owner: null,
  status,
  reason: null,
  detail: null,
  retry_at: null,
  outcome: null,
  traceparent: row.traceparent,
  letter: null,
  ...rest
})

const exhausted = (row: MessageRow, attempt: Attempt | null, at: Instant): Partial<Settlement> => {
  const detail = attempt?.provider_message ?? `all ${row.max_attempts} attempts are used up`
  return {
    reason: "attempts_exhausted",
    detail,
    letter: letterOfJob(row, { reason: "attempts_exhausted", detail, at })
  }
}

const rejected = (row: MessageRow, attempt: Attempt): Partial<Settlement> => {
  const detail = attempt.provider_message ?? "the provider refused it for good"
  return {
    reason: "rejected",
    detail,
    letter: letterOfJob(row, { reason: "rejected", detail, at: attempt.finished_at })
  }
}

/** Another attempt, if one is left. */
const again = ({ owner, row }: StartedRow, attempt: Attempt): Settlement => {
  const base = { owner, outcome: attempt }
  if (row.attempt >= row.max_attempts)
    return settlement(row, "dead", { ...base, ...exhausted(row, attempt, attempt.finished_at) })
  const wait_seconds = retryDelay_seconds(row, attempt.retry_after_seconds ?? 0)
  return settlement(row, "retrying", {
    ...base,
    detail: attempt.provider_message,
    retry_at: plusSeconds(attempt.finished_at, wait_seconds)
  })
}

export const afterAttempt = (started: StartedRow, attempt: Attempt): Settlement => {
  const { owner, row } = started
  const base = { owner, outcome: attempt }
  switch (attempt.result) {
    case "sent":
      return settlement(row, "sent", { ...base, detail: attempt.provider_message })
    case "permanent":
      return settlement(row, isBounce(attempt) ? "bounced" : "failed", { ...base, ...rejected(row, attempt) })
    case "transient":
      return again(started, attempt)
    case "unknown":
      return row.message_class === "campaign"
        ? settlement(row, "unknown", { ...base, reason: "in_doubt", detail: attempt.provider_message })
        : again(started, attempt)
  }
}

/** Known before any start: it can never be sent. No attempt is counted. */
export const unsendable = (
  row: MessageRow,
  why: { readonly reason: DeadLetterReason; readonly detail: string },
  at: Instant
): Settlement => settlement(row, "failed", { ...why, letter: letterOfJob(row, { ...why, at }) })

/** Whoever takes it up dies before it can say anything. */
export const crashLoop = (row: MessageRow, at: Instant): Settlement => {
  const detail = "each process that took it up died or gave no verdict"
  return settlement(row, "dead", {
    reason: "crash_loop",
    detail,
    letter: letterOfJob(row, { reason: "crash_loop", detail, at })
  })
}

/** What the ledger's refusal to start it settles; null where it settles nothing. */
export const afterJudgement = (row: MessageRow, judgement: Judgement, at: Instant): Settlement | null => {
  switch (judgement) {
    case "cancelled":
      return settlement(row, "cancelled", { reason: "execution_cancelled" })
    case "suppressed":
      return settlement(row, "suppressed", { reason: "suppressed" })
    case "expired":
      return settlement(row, "expired", { reason: "expired" })
    case "dead":
      return settlement(row, "dead", exhausted(row, null, at))
    case "missing":
    case "skip":
    case "hold":
    case "later":
    case "sending":
      return null
  }
}

/** The ledger was restored from a backup, and no one says what became of it since: it may have been sent. */
export const afterRestore = (row: MessageRow, at: Instant): Settlement =>
  settlement(row, "unknown", {
    owner: row.status === "sending" ? row.worker : null,
    reason: "restored",
    detail: "the ledger was restored from a backup; it may have been sent since",
    outcome: row.status === "sending" ? { result: "unknown", finished_at: at, phase: null } : null
  })

/** How far the attempt got, no one knows. */
const afterLosing = (
  { owner, row }: { readonly row: MessageRow; readonly owner: WorkerId | null },
  why: { reason: string; detail: string },
  at: Instant
): Settlement => {
  const base = { owner, outcome: { result: "unknown", finished_at: at, phase: null } } as const
  if (row.message_class === "campaign") return settlement(row, "unknown", { ...base, ...why })
  if (row.attempt < row.max_attempts) return settlement(row, "queued", { ...base, ...why })
  const last = { reason: "attempts_exhausted", detail: why.detail } as const
  return settlement(row, "dead", {
    ...base,
    ...last,
    letter: letterOfJob(row, { ...last, at })
  })
}

/** The attempt was lost with its worker. */
export const afterWorkerDied = (row: MessageRow, owner: WorkerId | null, at: Instant): Settlement =>
  afterLosing(
    { row, owner },
    { reason: "worker_died", detail: "the process that was sending it died; it may have been sent" },
    at
  )

/** Its worker lives, and has lost track of it: a start or a settlement that the ledger answered by an error. */
export const afterLosingTrack = (row: MessageRow, owner: WorkerId, at: Instant): Settlement =>
  afterLosing(
    { row, owner },
    {
      reason: "track_lost",
      detail: "the process that was sending it knows nothing of it; it may have been sent"
    },
    at
  )
