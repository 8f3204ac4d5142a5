/** The dead letter of a job. */

import { type DeadLetter, type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"

import { hintOf } from "./hint.ts"
import { deadLetterIdOfJob } from "./ids.ts"
import { laneOf } from "./lane.ts"
import { longestDetail, storableText } from "./storableText.ts"

export interface Death {
  readonly reason: DeadLetterReason
  readonly detail: string
  readonly at: Instant
}

/** `row.attempt` is the attempt at which it died. Its history, every attempt, is added by whoever records it. */
export const letterOfJob = (row: MessageRow, { at, detail, reason }: Death): DeadLetter => {
  const { channel, key, lane } = laneOf(row)
  return {
    dead_letter_id: deadLetterIdOfJob(row),
    organization_id: row.organization_id,
    stream: `JOBS_${channel.toUpperCase()}`,
    subject: `jobs.${channel}.${lane}.${key}`,
    consumer: lane === "tx" ? `deliver-${channel}` : `bulk-${key}`,
    reason,
    detail: storableText(detail, longestDetail),
    deliveries: row.attempt,
    job_id: row.message_id,
    event_id: row.event_id,
    event_type: null,
    body: hintOf(row),
    headers: row.traceparent === null ? {} : { traceparent: row.traceparent },
    history: [],
    died_at: at
  }
}
