/** Sample jobs, their rows and their attempts. Every field has a plain default; override what the test is about. */

import {
  CampaignId,
  EventId,
  ExecutionId,
  JobId,
  OrganizationId,
  TemplateCode,
  UserId,
  WorkerId
} from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"
import { type NotificationJob } from "#schemas/Job.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type Attempt } from "#src/domain/Attempt.ts"

const hex = (n: number): string => n.toString(16).padStart(12, "0")

/** The id of the nth sample job, of November 2025. */
export const jobId = (n: number): JobId => JobId.make(`019ab000-0000-8000-8000-${hex(n)}`)

export const workerId = (n: number): WorkerId => WorkerId.make(`00000000-0000-4000-8000-${hex(n)}`)

export const at = (text: string): Instant => Instant.make(text)

const eventId = EventId.make("019ab000-0000-4000-8000-00000000e001")
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
const data = { first_name: "Ada", items: [{ title: "Metropolis", minutes: 153 }], vip: true, note: null }

/** The golden sample. */
export const sampleJob = (overrides: Partial<NotificationJob> = {}): NotificationJob => ({
  job_id: jobId(1),
  user_id: UserId.make("user-1"),
  channel: "email",
  template_code: TemplateCode.make("welcome_email"),
  locale: "en",
  data,
  meta: {
    organization_id: OrganizationId.make("default"),
    event_id: eventId,
    campaign_id: CampaignId.make("cmp_spring"),
    execution_id: ExecutionId.make("exe_spring_1"),
    traceparent
  },
  priority: "normal",
  send_after: at("2026-11-21T12:00:00.000Z"),
  expires_at: at("2026-11-22T00:00:00.000Z"),
  max_attempts: 5,
  retry_delays_seconds: [5, 30, 120, 600],
  created_at: at("2026-11-21T08:00:00.000Z"),
  ...overrides
})

/** A transactional e-mail that may leave at once. */
export const sampleRow = (overrides: Partial<MessageRow> = {}): MessageRow => ({
  message_id: jobId(1),
  organization_id: OrganizationId.make("default"),
  event_id: eventId,
  campaign_id: null,
  execution_id: null,
  user_id: UserId.make("user-1"),
  channel_type: "email",
  recipient_address: null,
  template_code: "welcome_email",
  locale: null,
  data: {},
  message_class: "transactional",
  priority: "normal",
  status: "queued",
  attempt: 0,
  generation: 0,
  max_attempts: 5,
  retry_delays_seconds: null,
  send_after: null,
  expires_at: null,
  retry_at: null,
  worker: null,
  attempt_started_at: null,
  queued_at: at("2026-11-21T08:00:00.000Z"),
  traceparent: null,
  ...overrides
})

/** The row that the golden sample is the hint of. */
export const goldenRow = sampleRow({
  campaign_id: "cmp_spring",
  execution_id: "exe_spring_1",
  locale: "en",
  data,
  send_after: at("2026-11-21T12:00:00.000Z"),
  expires_at: at("2026-11-22T00:00:00.000Z"),
  retry_delays_seconds: [5, 30, 120, 600],
  traceparent
})

/** The first attempt, taken by the provider. */
export const sampleAttempt = (overrides: Partial<Attempt> = {}): Attempt => ({
  attempt: 1,
  started_at: at("2026-11-21T12:00:00.000Z"),
  finished_at: at("2026-11-21T12:00:01.000Z"),
  phase: "accepted",
  result: "sent",
  provider: "smtp",
  provider_code: 250,
  enhanced_code: "2.0.0",
  provider_message: "queued",
  provider_message_id: null,
  retry_after_seconds: null,
  ...overrides
})
