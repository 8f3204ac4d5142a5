/** The account of an organization's messages: what was planned against what became of it. */

import { type Status } from "#schemas/Status.ts"

/** The names of the account's columns. */
export type Column =
  | "in_flight"
  | "sent"
  | "delivered"
  | "expired"
  | "failed"
  | "bounced"
  | "suppressed"
  | "cancelled"
  | "unknown"
  | "dead"

export type Sheet = Readonly<Record<Column, number>> & {
  readonly balanced: boolean
  readonly planned: number
}

const columnOf: Readonly<Record<Status, Column>> = {
  queued: "in_flight",
  sending: "in_flight",
  retrying: "in_flight",
  sent: "sent",
  delivered: "delivered",
  opened: "delivered",
  clicked: "delivered",
  unsubscribed: "delivered",
  expired: "expired",
  failed: "failed",
  bounced: "bounced",
  suppressed: "suppressed",
  cancelled: "cancelled",
  unknown: "unknown",
  dead: "dead"
}

/** @param planned as planning counted; the counts are those of the rows, from another source */
export const balance = (
  planned: number,
  counts: ReadonlyArray<{ readonly status: Status; readonly count: number }>
): Sheet => {
  const sheet: Record<Column, number> = {
    in_flight: 0,
    sent: 0,
    delivered: 0,
    expired: 0,
    failed: 0,
    bounced: 0,
    suppressed: 0,
    cancelled: 0,
    unknown: 0,
    dead: 0
  }
  for (const { count, status } of counts) sheet[columnOf[status]] += count
  const counted = Object.values(sheet).reduce((sum, count) => sum + count, 0)
  return { balanced: planned === counted, planned, ...sheet }
}
