/** A ledger that was restored from a backup: what the streams know better, and what an operator has allowed. */

import { Result, Schema } from "effect"

import { type DeadLetter, DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type JobId } from "#schemas/Ids.ts"
import { type Outcome } from "#schemas/Outcome.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type Status } from "#schemas/Status.ts"

import { type AttemptResult } from "./Attempt.ts"
import { type LedgerAge, whySafe } from "./ledgerClock.ts"
import { letterOfJob } from "./letter.ts"

/** A row as the backup has it. */
export interface Standing {
  readonly message_id: JobId
  readonly status: Status
  readonly attempt: number
  /** How its last attempt ended; null where there was none, it goes on, or we do not know any more. */
  readonly result: AttemptResult | null
  /** Attempts after which an operator put it back: how they ended is known. */
  readonly reopened: ReadonlyArray<number>
}

/** Of one row: written where it still is as it was. */
export interface Correction {
  readonly was: Standing
  readonly outcome: Outcome
}

const isOpen = (status: Status): boolean =>
  status === "queued" || status === "retrying" || status === "sending"

/** What a provider answered, or an operator: it beats what was guessed of an attempt that was lost. */
const verdicts: ReadonlySet<Status> = new Set<Status>(["sent", "failed", "bounced", "dead"])

const isGuess = ({ result, status }: Standing): boolean => status === "unknown" || result === "unknown"

/** Whether the ledger did not know: outcomes may come late, twice and in any order. */
export const isNews = (row: Standing, outcome: Outcome): boolean => {
  if (isOpen(outcome.status) || outcome.attempt < row.attempt) return false
  if (outcome.attempt > row.attempt) return true
  // What was sent is never put back: it was put back because the ledger had guessed otherwise.
  if (isOpen(row.status)) return outcome.status === "sent" || !row.reopened.includes(outcome.attempt)
  return isGuess(row) && verdicts.has(outcome.status) && outcome.status !== row.status
}

const asSaid = (row: Standing, { attempt, status }: Outcome): Standing => ({
  ...row,
  status,
  attempt,
  result: null
})

/** One correction a row, from all that is news of it. */
export const corrections = (
  rows: ReadonlyArray<Standing>,
  outcomes: ReadonlyArray<Outcome>
): ReadonlyArray<Correction> => {
  const found = new Map(rows.map((row) => [row.message_id, row]))
  const corrected = new Map<JobId, Correction>()
  for (const outcome of outcomes) {
    const was = found.get(outcome.message_id)
    if (was === undefined) continue
    const last = corrected.get(outcome.message_id)
    const now = last === undefined ? was : asSaid(was, last.outcome)
    if (isNews(now, outcome)) corrected.set(outcome.message_id, { was, outcome })
  }
  return [...corrected.values()]
}

const dead: ReadonlySet<Status> = new Set<Status>(["failed", "bounced", "dead"])

/** Each leaves a dead letter. */
export const isDeath = ({ status }: Outcome): boolean => dead.has(status)

const reasonOf = ({ reason, status }: Outcome): DeadLetterReason =>
  Schema.is(DeadLetterReason)(reason) ? reason : status === "dead" ? "attempts_exhausted" : "rejected"

/** Of a message that died so. */
export const letterOf = (row: MessageRow, outcome: Outcome): DeadLetter =>
  letterOfJob(
    { ...row, attempt: outcome.attempt },
    {
      reason: reasonOf(outcome),
      detail: "announced before the ledger was restored from a backup; what the provider said is lost",
      at: outcome.at
    }
  )

/** What the operator says about this Postgres. */
export interface Permission {
  /** It is right as it is, whatever NATS remembers. */
  readonly confirmFailover: boolean
  /** It takes the place of the one that NATS remembers. */
  readonly takeOver: boolean
  /** NATS does not remember more than it; it was restored all the same. */
  readonly evenIfCurrent: boolean
}

export type Course = "replay" | "set the clock"

/** Fails with a sentence for the operator. */
export const courseOf = (age: LedgerAge, permission: Permission): Result.Result<Course, string> => {
  const { confirmFailover, evenIfCurrent, takeOver } = permission
  if (age === "other" && !takeOver) return Result.fail(whySafe.other)
  if (age === "current" && !evenIfCurrent)
    return Result.fail(
      "nothing to restore: NATS does not know more than this Postgres. Where it was restored from a backup all the " +
        "same (of seconds ago, or together with NATS), stop every process of Carillon and add --even-if-current"
    )
  return Result.succeed(confirmFailover ? "set the clock" : "replay")
}
