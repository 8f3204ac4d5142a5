/**
 * A job as it travels in `JOBS_<channel>`: a hint that this row of the ledger may be ready. It
 * carries no contact data, and what it says is never the last word: the row decides.
 *
 * A plain struct of checked strings, because the schema compiler turns just that into one function
 * (`Schema.JsonObject` for `data` would triple the cost).
 */

import { Schema } from "effect"

import { Channel } from "./Channel.ts"
import { Locale, Priority } from "./Event.ts"
import { CampaignId, EventId, ExecutionId, JobId, OrganizationId, TemplateCode, UserId } from "./Ids.ts"
import { Instant } from "./Instant.ts"

const JobMeta = Schema.Struct({
  organization_id: OrganizationId,
  /** The event that caused the job; absent for executions that no event began. */
  event_id: Schema.optionalKey(EventId),
  campaign_id: Schema.optionalKey(CampaignId),
  execution_id: Schema.optionalKey(ExecutionId),
  variant: Schema.optionalKey(Schema.NonEmptyString),
  /** W3C Trace Context: links the delivery to the request that began it. */
  traceparent: Schema.optionalKey(Schema.NonEmptyString)
})

export const NotificationJob = Schema.Struct({
  job_id: JobId,
  user_id: UserId,
  channel: Channel,
  template_code: TemplateCode,
  /** Absent: the profile's. */
  locale: Schema.optionalKey(Locale),
  /** What the template may use, over what the profile says: any JSON, which the parser has seen to. */
  data: Schema.Record(Schema.String, Schema.Unknown),
  meta: JobMeta,
  priority: Priority,
  /** Not before this instant; absent: at once. */
  send_after: Schema.optionalKey(Instant),
  /** Worthless after this instant; absent: never. */
  expires_at: Schema.optionalKey(Instant),
  /** Attempts in total, the first included; each replay adds the original number again. */
  max_attempts: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 32_767 })),
  /** The wait before the second attempt, the third…; the last one repeats; absent: our own backoff. */
  retry_delays_seconds: Schema.optionalKey(Schema.Array(Schema.Natural)),
  created_at: Instant
})
export type NotificationJob = typeof NotificationJob.Type

/** Members it does not know are dropped, not refused: a newer publisher may roll out first. */
export const decodeNotificationJob = Schema.decodeUnknownResult(NotificationJob)
