/**
 * What an operator may decide about a message, and what that makes of its row.
 *
 * | word               | from                     | to       | with it                                  |
 * | ------------------ | ------------------------ | -------- | ---------------------------------------- |
 * | replay             | `failed, bounced, dead`  | `queued` | a new generation, its letter `replayed`  |
 * | resolve as sent    | `unknown`                | `sent`   |                                          |
 * | resolve as failed  | `unknown`                | `failed` | a dead letter, which can be replayed     |
 * | resolve as resend  | `unknown`                | `queued` | a new generation                         |
 */

import { Result } from "effect"

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type DeadLetterId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type Status } from "#schemas/Status.ts"

import { type Decision } from "./Decision.ts"
import { settlement } from "./fate.ts"
import { deadLetterIdOfJob } from "./ids.ts"
import { letterOfJob } from "./letter.ts"
import { conflict, type Rejected } from "./Rejected.ts"

/** Who says so, when, and why. */
export interface Order {
  readonly by: string
  readonly note: string | null
  readonly at: Instant
}

export type Verdict = "sent" | "failed" | "resend"

/** What is asked about a letter. */
export interface Letter {
  readonly dead_letter_id: DeadLetterId
  readonly stream: string
  readonly reason: DeadLetterReason
  readonly state: "open" | "replayed" | "discarded"
}

/** A row that a letter may be about. */
export interface FoundRow extends MessageRow {
  /** Its execution is cancelled. */
  readonly is_cancelled: boolean
}

/** Of Postgres' `smallint`. */
const mostAttempts = 32_767

/** The original number is added again: every generation has as many. */
const moreAttempts = ({ generation, max_attempts }: MessageRow): number =>
  Math.min(max_attempts + Math.ceil(max_attempts / (generation + 1)), mostAttempts)

const putBack = (row: MessageRow, act: Decision["act"], { by, note }: Order): Decision => ({
  by,
  note,
  settlement: settlement(row, "queued"),
  act,
  from: row.status,
  dead_letter_id: null,
  max_attempts: moreAttempts(row)
})

/** Dead for good, until an operator says otherwise. */
const dead: ReadonlySet<Status> = new Set(["failed", "bounced", "dead"])

const notReplayable = (detail: string) => Result.fail(conflict("not_replayable", detail))

export type ReplayOf = "job" | "event"

/** What would be done again. Fails where nothing can be. */
export const replayOf = ({ reason, stream }: Letter): Result.Result<ReplayOf, Rejected> => {
  if (stream.startsWith("JOBS_")) return Result.succeed("job")
  if (stream !== "EVENTS")
    return notReplayable(`what died in ${stream} is neither an event nor a message: discard it`)
  if (reason === "event_conflict")
    return notReplayable(
      "another event was accepted under this id: publish it under a new one, and discard this"
    )
  if (reason === "too_large") return notReplayable("it is larger than any event may be: discard it")
  return Result.succeed("event")
}

/** @param row of the job that the letter names; null where the ledger has none */
export const replayJob = (
  letter: Letter,
  row: FoundRow | null,
  order: Order
): Result.Result<Decision, Rejected> => {
  if (row === null) return notReplayable("the ledger has no row for this job: discard it")
  if (!dead.has(row.status))
    return notReplayable(`its message ${row.message_id} is ${row.status}: there is nothing to replay`)
  if (deadLetterIdOfJob(row) !== letter.dead_letter_id)
    return notReplayable(
      `this is not how message ${row.message_id} ended: replay the letter of its end, and discard this one`
    )
  if (row.is_cancelled)
    return notReplayable(`the execution ${row.execution_id ?? ""} is cancelled, and so is what it would send`)
  return Result.succeed({
    ...putBack(row, "replayed", order),
    dead_letter_id: letter.dead_letter_id
  })
}

/** What a person told us; the note is kept with the decision, where operators and editors read it. */
const resolvedAsFailed = "an operator resolved it as not sent"

/** Settles what may have been sent. Fails where the row is anything but `unknown`. */
export const resolve = (row: MessageRow, as: Verdict, order: Order): Result.Result<Decision, Rejected> => {
  if (row.status !== "unknown")
    return Result.fail(
      conflict("not_unknown", `message ${row.message_id} is ${row.status}, not unknown`, {
        status: row.status
      })
    )
  const base = putBack(row, "resolved", order)
  const settled = { ...base, max_attempts: row.max_attempts }
  switch (as) {
    case "resend":
      return Result.succeed(base)
    case "sent":
      return Result.succeed({ ...settled, settlement: settlement(row, "sent") })
    case "failed": {
      const why = { reason: "rejected", detail: resolvedAsFailed } as const
      const letter = letterOfJob(row, { ...why, at: order.at })
      return Result.succeed({ ...settled, settlement: settlement(row, "failed", { ...why, letter }) })
    }
  }
}
