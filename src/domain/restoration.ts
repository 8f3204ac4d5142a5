/** A ledger that was restored from a backup: what the streams know better, and what an operator has allowed. */

import { Result } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type Outcome } from "#schemas/Outcome.ts"
import { type Status } from "#schemas/Status.ts"

import { type LedgerAge, whySafe } from "./ledgerClock.ts"

/** A row as the backup has it. */
export interface Standing {
  readonly message_id: JobId
  readonly status: Status
  readonly attempt: number
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

/** Whether the ledger did not know: outcomes may come late, twice and in any order. */
export const isNews = (row: Standing, outcome: Outcome): boolean => {
  if (isOpen(outcome.status) || outcome.attempt < row.attempt) return false
  if (outcome.attempt > row.attempt) return true
  if (isOpen(row.status)) return !row.reopened.includes(outcome.attempt)
  // What was in doubt was settled by an operator.
  return row.status === "unknown" && (outcome.status === "sent" || outcome.status === "failed")
}

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
    const now =
      last === undefined ? was : { ...was, status: last.outcome.status, attempt: last.outcome.attempt }
    if (isNews(now, outcome)) corrected.set(outcome.message_id, { was, outcome })
  }
  return [...corrected.values()]
}

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
