/** Where a message goes and what is known of the person, from whichever source said so. */

import { type MessageRow, type ProfileRow } from "#schemas/rows/MessageRow.ts"

export type ContactSource = "profile" | "auth" | "fallback" | "event"

export interface Contact {
  /** Null: no one knows one. Not yet validated. */
  readonly address: string | null
  readonly source: ContactSource
  /** Null: no one knows the person. */
  readonly profile: ProfileRow | null
}

/** The profile's address for the channel. */
const addressIn = (row: MessageRow, profile: ProfileRow | null): string | null =>
  (row.channel_type === "email" ? profile?.email : profile?.phone) ?? null

/** An address that the event brought goes over the profile's, wherever that came from. */
export const contactOf = (row: MessageRow, profile: ProfileRow | null, source: ContactSource): Contact =>
  row.recipient_address === null
    ? { address: addressIn(row, profile), source, profile }
    : { address: row.recipient_address, source: "event", profile }
