/** A row as the job that travels: what `JOBS_<channel>` and the dead letters hold. */

import { type MessageRow } from "#schemas/rows/MessageRow.ts"

/** Members that say where a person can be reached; a stream is no place for them. */
const contactMembers = new Set([
  "email",
  "phone",
  "recipient_email",
  "recipient_phone",
  "email_address",
  "phone_number"
])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** Without contact members at any depth, and without the address itself under whatever name. */
const withoutContacts = (value: unknown, address: string | null): unknown => {
  if (Array.isArray(value)) return value.map((one) => withoutContacts(one, address))
  if (!isObject(value)) return value === address ? "" : value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !contactMembers.has(name))
      .map(([name, member]) => [name, withoutContacts(member, address)])
  )
}

const present = (name: string, value: unknown): Readonly<Record<string, unknown>> =>
  value === null ? {} : { [name]: value }

const encodable = (row: MessageRow): unknown => ({
  job_id: row.message_id,
  user_id: row.user_id,
  channel: row.channel_type,
  template_code: row.template_code,
  ...present("locale", row.locale),
  data: withoutContacts(row.data, row.recipient_address),
  meta: {
    organization_id: row.organization_id,
    ...present("event_id", row.event_id),
    ...present("campaign_id", row.campaign_id),
    ...present("execution_id", row.execution_id),
    ...present("traceparent", row.traceparent)
  },
  priority: row.priority,
  ...present("send_after", row.send_after),
  ...present("expires_at", row.expires_at),
  max_attempts: row.max_attempts,
  ...present("retry_delays_seconds", row.retry_delays_seconds),
  created_at: row.queued_at
})

const encoder = new TextEncoder()

/** JSON, UTF-8. */
export const hintOf = (row: MessageRow): Uint8Array => encoder.encode(JSON.stringify(encodable(row)))

/** When it may start; null: now. */
export const dueAt = (row: MessageRow) => row.retry_at ?? row.send_after
