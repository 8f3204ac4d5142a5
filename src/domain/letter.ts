/** The dead letter of a job. */

import { type DeadLetter, type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"

import { type Attempt } from "./Attempt.ts"
import { hintOf } from "./hint.ts"
import { deadLetterIdOfJob } from "./ids.ts"
import { longestDetail, storableText } from "./storableText.ts"

export interface Death {
  readonly reason: DeadLetterReason
  readonly detail: string
  readonly at: Instant
  /** The attempt that ended it; null where there was none. Earlier ones are added from the archive. */
  readonly attempt: Attempt | null
}

/** `row.attempt` is the attempt at which it died. */
export const letterOfJob = (row: MessageRow, { at, attempt, detail, reason }: Death): DeadLetter => ({
  dead_letter_id: deadLetterIdOfJob(row.message_id, row.attempt),
  organization_id: row.organization_id,
  stream: `JOBS_${row.channel_type.toUpperCase()}`,
  subject:
    row.execution_id === null
      ? `jobs.${row.channel_type}.tx.${row.organization_id}`
      : `jobs.${row.channel_type}.bulk.${row.execution_id}`,
  consumer: row.execution_id === null ? `deliver-${row.channel_type}` : `bulk-${row.execution_id}`,
  reason,
  detail: storableText(detail, longestDetail),
  deliveries: row.attempt,
  job_id: row.message_id,
  event_id: row.event_id,
  event_type: null,
  body: hintOf(row),
  headers: row.traceparent === null ? {} : { traceparent: row.traceparent },
  history: attempt === null ? [] : [{ ...attempt }],
  died_at: at
})
