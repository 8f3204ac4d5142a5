/** The envelope of an event: what services publish, over HTTP and on NATS. */

import { Schema } from "effect"

import { ChannelInput } from "./Channel.ts"
import { EventId, EventType, OrganizationId } from "./Ids.ts"
import { InstantInput } from "./Instant.ts"

/** BCP 47, as far as templates need it: `de`, `de-AT`. */
export const Locale = Schema.String.check(
  Schema.isPattern(/^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, {
    message: "expected a locale like de or de-AT"
  })
)

export const Priority = Schema.Literals(["low", "normal", "high"])

/** In total, the first included. */
export const MaxAttempts = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))

const thirtyDays_seconds = 2_592_000

/** The wait before the second attempt, the third…; the last one repeats. */
export const RetryDelays = Schema.Array(
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: thirtyDays_seconds }))
).check(Schema.isMinLength(1), Schema.isMaxLength(100))

/** Overrides the event type's rule for all jobs of this event. */
export const DeliveryOptions = Schema.Struct({
  /** Not before this instant. */
  send_after: Schema.optionalKey(Schema.NullOr(InstantInput)),
  /** Worthless after this instant. */
  expires_at: Schema.optionalKey(Schema.NullOr(InstantInput)),
  priority: Schema.optionalKey(Priority),
  max_attempts: Schema.optionalKey(MaxAttempts),
  retry_delays_seconds: Schema.optionalKey(RetryDelays),
  channels: Schema.optionalKey(Schema.Array(ChannelInput).check(Schema.isMinLength(1))),
  locale: Schema.optionalKey(Locale)
})
export type DeliveryOptions = typeof DeliveryOptions.Type

/** Who says so. */
export const Source = Schema.String.check(
  // oxlint-disable-next-line no-control-regex -- they are what it refuses
  Schema.isPattern(/^[^\u0000-\u001f\u007f-\u009f]{1,100}$/, {
    message: "expected 1 to 100 characters without control characters"
  })
)

export const EventEnvelope = Schema.Struct({
  event_id: EventId,
  event_type: EventType,
  source: Source,
  /** When it happened, by the publisher's clock; never older than the idempotency horizon of 400 days. */
  occurred_at: InstantInput,
  /** Absent: that of the subject or of the caller's credentials. */
  organization_id: Schema.optionalKey(OrganizationId),
  /** Checked against the schema of its type; what templates read. */
  payload: Schema.Record(Schema.String, Schema.Unknown),
  delivery: Schema.optionalKey(DeliveryOptions)
})
export type EventEnvelope = typeof EventEnvelope.Type

/** Its members; what else a publisher sends is kept beside them. */
export const envelopeMembers: ReadonlySet<string> = new Set(Object.keys(EventEnvelope.fields))
