/** Where a delivery stands; the names of the ledger and those of the original callers. */

import { Schema } from "effect"

export const Status = Schema.Literals([
  "queued",
  "sending",
  "retrying",
  "sent",
  "delivered",
  "opened",
  "clicked",
  "bounced",
  "failed",
  "expired",
  "suppressed",
  "cancelled",
  "unknown",
  "dead",
  "unsubscribed"
])
export type Status = typeof Status.Type

/** What an attempt, or the lack of one, can leave a row in. */
export const Settled = Schema.Literals([
  "sent",
  "retrying",
  "bounced",
  "failed",
  "expired",
  "suppressed",
  "cancelled",
  "unknown",
  "dead"
])
export type Settled = typeof Settled.Type

export const OriginalStatus = Schema.Literals(["SENT", "RETRYING", "EXPIRED", "FAILED"])
export type OriginalStatus = typeof OriginalStatus.Type

const originals: Record<Status, OriginalStatus> = {
  queued: "RETRYING",
  sending: "RETRYING",
  retrying: "RETRYING",
  sent: "SENT",
  delivered: "SENT",
  opened: "SENT",
  clicked: "SENT",
  unsubscribed: "SENT",
  expired: "EXPIRED",
  bounced: "FAILED",
  failed: "FAILED",
  suppressed: "FAILED",
  cancelled: "FAILED",
  unknown: "FAILED",
  dead: "FAILED"
}

export const toOriginal = (status: Status): OriginalStatus => originals[status]
