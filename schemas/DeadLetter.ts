/** A message that will never be handled, kept with the reason until an operator decides. */

import { Schema } from "effect"

import { DeadLetterId, EventId, JobId, OrganizationId } from "./Ids.ts"
import { Instant } from "./Instant.ts"

export const DeadLetterReason = Schema.Literals([
  "invalid_json",
  "invalid_event",
  "invalid_payload",
  "unknown_event_type",
  "event_conflict",
  "not_implemented",
  "too_large",
  "missing_row",
  "no_contact",
  "no_template",
  "render_failed",
  "rejected",
  "attempts_exhausted",
  "crash_loop"
])
export type DeadLetterReason = typeof DeadLetterReason.Type

export const DeadLetter = Schema.Struct({
  /** Derived from what died and which time, so recording the same death twice is once. */
  dead_letter_id: DeadLetterId,
  organization_id: OrganizationId,
  stream: Schema.NonEmptyString,
  subject: Schema.NonEmptyString,
  /** The durable that gave it up. */
  consumer: Schema.NonEmptyString,
  reason: DeadLetterReason,
  /** What a person needs to repair it, e.g. the path of the wrong member. No address in it. */
  detail: Schema.String,
  /** 1 for the first delivery. */
  deliveries: Schema.Natural,
  job_id: Schema.NullOr(JobId),
  event_id: Schema.NullOr(EventId),
  event_type: Schema.NullOr(Schema.String),
  body: Schema.Uint8Array,
  /** The original message's, one value a name. */
  headers: Schema.Record(Schema.String, Schema.String),
  /** What was tried, oldest first. */
  history: Schema.Array(Schema.Record(Schema.String, Schema.Unknown)),
  died_at: Instant
})
export type DeadLetter = typeof DeadLetter.Type
