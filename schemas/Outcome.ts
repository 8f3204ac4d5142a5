/** What became of a delivery, as it is kept in the register until it is announced in `OUTCOMES`. */

import { Schema } from "effect"

import { Channel } from "./Channel.ts"
import { JobId, OrganizationId, UserId } from "./Ids.ts"
import { Instant } from "./Instant.ts"
import { Status } from "./Status.ts"

/** What was true then: a late announcement says this, not what the row says by now. */
export const Outcome = Schema.Struct({
  organization_id: OrganizationId,
  campaign_id: Schema.NullOr(Schema.String),
  execution_id: Schema.NullOr(Schema.String),
  message_id: JobId,
  user_id: UserId,
  channel: Channel,
  status: Status,
  reason: Schema.NullOr(Schema.String),
  /** Attempts so far, this one included. */
  attempt: Schema.Natural,
  at: Instant
})
export type Outcome = typeof Outcome.Type
