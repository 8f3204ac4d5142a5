/** An event's way as spans of the trace that it came with: its planning, and each attempt at a message that it led to. */

import { type Settlement } from "#src/domain/Settlement.ts"
import { type PastSpan } from "#src/observability/spans.ts"
import { type SettledRow } from "#src/repositories/Ledger.ts"

import { type Candidate } from "./planBatch.ts"

/** From its acceptance until it is recorded. @param recorded those that the ledger did not know before */
export const planningSpans = (recorded: ReadonlyArray<Candidate>, now_ms: number): ReadonlyArray<PastSpan> =>
  recorded.flatMap(({ event, incoming: { traceparent, via }, jobs }) =>
    traceparent === undefined
      ? []
      : [
          {
            name: `plan ${event.envelope.event_type}`,
            kind: "consumer" as const,
            traceparent,
            startedAt_ms: Date.parse(event.acceptedAt),
            endedAt_ms: now_ms,
            attributes: {
              "event.id": event.envelope.event_id,
              "event.type": event.envelope.event_type,
              "event.via": via,
              "organization.id": event.organizationId,
              "jobs.count": jobs.length
            },
            failure: null
          }
        ]
  )

/** @param written what the ledger answered: an attempt whose row was taken is another's to tell */
export const attemptSpans = (
  settlements: ReadonlyArray<Settlement>,
  written: ReadonlyArray<SettledRow>
): ReadonlyArray<PastSpan> => {
  const rows = new Map(written.map((row) => [row.message_id, row]))
  return settlements.flatMap(({ attempt, message_id, outcome, traceparent }) => {
    const row = rows.get(message_id)
    if (row === undefined || traceparent === null || outcome === null || outcome.phase === null) return []
    return [
      {
        name: `deliver ${row.channel}`,
        kind: "producer" as const,
        traceparent,
        startedAt_ms: Date.parse(outcome.started_at),
        endedAt_ms: Date.parse(outcome.finished_at),
        attributes: {
          "job.id": message_id,
          "job.status": row.status,
          "attempt.number": attempt,
          "attempt.result": outcome.result,
          "attempt.phase": outcome.phase,
          "provider.name": outcome.provider,
          "provider.code": outcome.provider_code
        },
        failure: outcome.result === "sent" ? null : outcome.result
      }
    ]
  })
}
