/** A row of `campaign.campaign_messages`, joined with what deciding, rendering and sending need. */

import { type Channel } from "../Channel.ts"
import { type EventId, type JobId, type OrganizationId, type UserId, type WorkerId } from "../Ids.ts"
import { type Instant } from "../Instant.ts"
import { type Status } from "../Status.ts"

/** What the ledger says of a hint: the first that holds, in this order; `sending`: it may be, or was, started. */
export type Judgement =
  | "missing"
  | "skip"
  | "cancelled"
  | "suppressed"
  | "expired"
  | "dead"
  | "hold"
  | "later"
  | "sending"

/** What the local profile says of the person. Never logged. */
export interface ProfileRow {
  readonly email: string | null
  readonly phone: string | null
  readonly first_name: string | null
  readonly last_name: string | null
  readonly locale: string | null
  readonly timezone: string | null
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Typed by the query that reads it, whose columns have these types: nothing of it came from outside unchecked. */
export interface MessageRow {
  readonly message_id: JobId
  readonly organization_id: OrganizationId
  readonly event_id: EventId | null
  readonly campaign_id: string | null
  readonly execution_id: string | null
  readonly user_id: UserId
  readonly channel_type: Channel
  /** An address that the event brought; it goes over the profile's. Never logged. */
  readonly recipient_address: string | null
  readonly template_code: string
  readonly locale: string | null
  readonly data: Readonly<Record<string, unknown>>
  /** In doubt: transactional is sent again, campaign waits for an operator. */
  readonly message_class: "transactional" | "campaign"
  readonly priority: "low" | "normal" | "high"
  readonly status: Status
  /** Attempts started so far, this one included once it is started. */
  readonly attempt: number
  /** How often an operator has put it back: 0 for the first life. */
  readonly generation: number
  readonly max_attempts: number
  readonly retry_delays_seconds: ReadonlyArray<number> | null
  readonly send_after: Instant | null
  readonly expires_at: Instant | null
  readonly retry_at: Instant | null
  readonly worker: WorkerId | null
  readonly attempt_started_at: Instant | null
  readonly queued_at: Instant
  readonly traceparent: string | null
}
