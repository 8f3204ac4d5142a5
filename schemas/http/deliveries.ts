/** Deliveries: what became of each message, and why. */

import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"

import { Channel, ChannelInput } from "../Channel.ts"
import { EventId, ExecutionId, JobId, UserId } from "../Ids.ts"
import { Status } from "../Status.ts"
import { Authenticated } from "./Authenticated.ts"
import { cursorMembers, cursorQuery } from "./Page.ts"

const text = Schema.NullOr(Schema.String)

/** One try; what is null is not known, or not yet. */
export const DeliveryAttempt = Schema.Struct({
  attempt: Schema.Int,
  started_at: text,
  finished_at: text,
  phase: text,
  result: text,
  provider: text,
  provider_code: Schema.NullOr(Schema.Int),
  provider_message: text,
  provider_message_id: text,
  retry_at: text
})
export type DeliveryAttempt = typeof DeliveryAttempt.Type

export const DeliveryStep = Schema.Struct({
  at: Schema.String,
  status: Status,
  reason: text,
  /** Present where an operator decided it. */
  by: Schema.optionalKey(Schema.String),
  note: Schema.optionalKey(Schema.String)
})
export type DeliveryStep = typeof DeliveryStep.Type

const summary = {
  job_id: JobId,
  event_id: text,
  campaign_id: text,
  execution_id: text,
  user_id: Schema.String,
  channel: Channel,
  template_code: Schema.String,
  template_version: Schema.NullOr(Schema.Int),
  locale: text,
  status: Status,
  reason: text,
  /** For a person, where it went wrong: what the reason does not say. */
  detail: text,
  max_attempts: Schema.Int,
  send_after: text,
  expires_at: text,
  contact_source: text,
  created_at: Schema.String
}

const DeliverySummary = Schema.Struct(summary)

export const DeliveryStory = Schema.Struct({
  ...summary,
  /** In order. */
  attempts: Schema.Array(DeliveryAttempt),
  /** Oldest first. */
  history: Schema.Array(DeliveryStep)
})
export type DeliveryStory = typeof DeliveryStory.Type
export type DeliverySummary = typeof DeliverySummary.Type

/** An operator's word on an `unknown`: it was sent, it was not and shall not be, it shall be sent again. */
export const ResolveDelivery = Schema.Struct({
  as: Schema.Literals(["sent", "failed", "resend"]),
  /** How they know; kept with the decision. */
  note: Schema.optionalKey(Schema.NullOr(Schema.String.check(Schema.isMaxLength(1000))))
})
export type ResolveDelivery = typeof ResolveDelivery.Type

export class DeliveriesApi extends HttpApiGroup.make("deliveries")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/deliveries", {
      query: {
        ...cursorQuery,
        status: Schema.optionalKey(Status),
        channel: Schema.optionalKey(ChannelInput),
        user_id: Schema.optionalKey(UserId),
        event_id: Schema.optionalKey(EventId),
        execution_id: Schema.optionalKey(ExecutionId)
      },
      success: Schema.Struct({ deliveries: Schema.Array(DeliverySummary), ...cursorMembers })
    }),
    HttpApiEndpoint.get("get", "/api/v1/deliveries/:job_id", {
      params: { job_id: JobId },
      success: DeliveryStory
    }),
    HttpApiEndpoint.post("resolve", "/api/v1/deliveries/:job_id/resolve", {
      params: { job_id: JobId },
      payload: ResolveDelivery,
      success: DeliveryStory
    })
  )
  .middleware(Authenticated) {}
