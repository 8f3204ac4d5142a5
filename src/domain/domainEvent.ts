/** An outcome in the envelope of the domain events. */

import { Result, Schema } from "effect"

import { Outcome } from "#schemas/Outcome.ts"

import { outcomeEventId } from "./ids.ts"

/** `notification_id`, `message_id` and the job's id are the same id. */
export const outcomeEvent = (outcome: Outcome) => ({
  event_id: outcomeEventId(outcome.at, outcome),
  event_type: `campaign.message.${outcome.status}`,
  source: "campaign_service",
  occurred_at: outcome.at,
  organization_id: outcome.organization_id,
  payload: {
    campaign_id: outcome.campaign_id,
    execution_id: outcome.execution_id,
    message_id: outcome.message_id,
    notification_id: outcome.message_id,
    user_id: outcome.user_id,
    channel: outcome.channel,
    status: outcome.status,
    reason: outcome.reason,
    attempt: outcome.attempt
  }
})

const { at, organization_id, ...fields } = Outcome.fields

const decode = Schema.decodeUnknownResult(
  Schema.Struct({ occurred_at: at, organization_id, payload: Schema.Struct(fields) })
)

/** What was announced: `outcomeOf(outcomeEvent(x))` is x. Fails for anything else. */
export const outcomeOf = (event: unknown): Result.Result<Outcome, Schema.SchemaError> =>
  Result.map(decode(event), ({ occurred_at, organization_id, payload }) => ({
    ...payload,
    organization_id,
    at: occurred_at
  }))
