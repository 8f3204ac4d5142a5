/** The ledger's rows in the words of the API: instants as answers write them. */

import { type DeliveryAttempt, type DeliveryStep, type DeliverySummary } from "#schemas/http/deliveries.ts"
import { shorten } from "#schemas/Instant.ts"
import { type AttemptRow, type Step, type StoryRow } from "#src/domain/story.ts"

export const orNull = (instant: string | null): string | null => (instant === null ? null : shorten(instant))

export const describeMessage = (row: StoryRow): DeliverySummary => ({
  job_id: row.message_id,
  event_id: row.event_id,
  campaign_id: row.campaign_id,
  execution_id: row.execution_id,
  user_id: row.user_id,
  channel: row.channel_type,
  template_code: row.template_code,
  template_version: row.template_version,
  locale: row.locale,
  status: row.status,
  reason: row.reason,
  detail: row.status === "sent" ? null : row.error_message,
  max_attempts: row.max_attempts,
  send_after: orNull(row.send_after),
  expires_at: orNull(row.expires_at),
  contact_source: row.contact_source,
  created_at: shorten(row.queued_at)
})

export const describeAttempt = (attempt: AttemptRow): DeliveryAttempt => ({
  ...attempt,
  started_at: orNull(attempt.started_at),
  finished_at: orNull(attempt.finished_at),
  retry_at: orNull(attempt.retry_at)
})

export const describeStep = ({ at, ...step }: Step): DeliveryStep => ({ at: shorten(at), ...step })
