/** One job as a message: a hint for now, or a schedule in its stream for when it is due. */

import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { dueAt, hintOf } from "#src/domain/hint.ts"
import { laneOf } from "#src/domain/lane.ts"
import { type Outgoing, scheduled } from "#src/nats/Outgoing.ts"
import { jobSubject, laterSubject } from "#streams/subjects.ts"

/** The header that carries a trace on. */
export const traced = (traceparent: string | null): Readonly<Record<string, string>> =>
  traceparent === null ? {} : { traceparent }

/** No process waits for what is due later than `now`. */
export const announceJob = (row: MessageRow, now: string): Outgoing => {
  const lane = laneOf(row)
  const hint = { subject: jobSubject(lane), data: hintOf(row), headers: traced(row.traceparent) }
  const due = dueAt(row)
  return due === null || due <= now
    ? hint
    : scheduled(hint, { at: due, subject: laterSubject({ ...lane, jobId: row.message_id }) })
}
