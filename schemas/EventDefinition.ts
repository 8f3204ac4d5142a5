/** What an event type leads to: data that operators change, not code. */

import { Schema } from "effect"

import { ChannelInput } from "./Channel.ts"
import { MaxAttempts, RetryDelays } from "./Event.ts"
import { EventType, TemplateCode } from "./Ids.ts"

/** Dotted members of the payload, e.g. `order.customer_id`. */
export const PayloadPath = Schema.String.check(
  Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+){0,15}$/, {
    message: "expected a path like order.customer_id"
  })
)

const Rule = Schema.Record(Schema.String, Schema.Unknown)

/** Whom the messages are for. */
export const Recipients = Schema.Union([
  Schema.Struct({ from: Schema.Literal("payload"), path: PayloadPath }),
  Schema.Struct({
    from: Schema.Literal("segment"),
    segment_id: Schema.optionalKey(Schema.NonEmptyString),
    path: Schema.optionalKey(PayloadPath)
  }),
  Schema.Struct({ from: Schema.Literal("rules"), rules: Rule })
])
export type Recipients = typeof Recipients.Type

/** In doubt, a transactional message is sent again and a campaign's is held for an operator. */
export const MessageClass = Schema.Literals(["transactional", "campaign"])

const tenYears_seconds = 315_360_000
const Wait = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: tenYears_seconds }))

export const NotificationRule = Schema.Struct({
  template_code: TemplateCode,
  channels: Schema.Array(ChannelInput).check(Schema.isMinLength(1)),
  recipients: Recipients,
  /** By channel: the path of an address in the payload, which takes precedence over the profile's. */
  contacts: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, PayloadPath))),
  message_class: Schema.optionalKey(MessageClass),
  /** Counted from `occurred_at`. */
  expires_in_seconds: Schema.optionalKey(Schema.NullOr(Wait)),
  /** Counted from `accepted_at`. */
  delay_seconds: Schema.optionalKey(Wait),
  /** Names an instant in the payload; the later of it and the delay counts. */
  send_after_path: Schema.optionalKey(Schema.NullOr(PayloadPath)),
  max_attempts: Schema.optionalKey(MaxAttempts),
  retry_delays_seconds: Schema.optionalKey(Schema.NullOr(RetryDelays))
})
export type NotificationRule = typeof NotificationRule.Type

export const EventDefinition = Schema.Struct({
  /** JSON Schema 2020-12; null: any object. */
  payload_schema: Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown)),
  notifications: Schema.Array(NotificationRule).check(Schema.isMaxLength(20))
})
export type EventDefinition = typeof EventDefinition.Type

/** As callers write it; what they leave out is null. */
export const EventTypeBody = Schema.Struct({
  event_type: EventType,
  payload_schema: Schema.optionalKey(EventDefinition.fields.payload_schema),
  notifications: EventDefinition.fields.notifications
})

/** As it is answered. */
export const EventTypeAnswer = Schema.Struct({
  event_type: EventType,
  ...EventDefinition.fields,
  /** 1 for the first; each change makes the next one. It is also the entity tag. */
  version: Schema.Int,
  created_at: Schema.String,
  updated_at: Schema.String
})
export type EventTypeAnswer = typeof EventTypeAnswer.Type
