/** A row as the job that travels: what `JOBS_<channel>` and the dead letters hold. */

import { type MessageRow } from "#schemas/rows/MessageRow.ts"

/** Members that say where a person can be reached, in small letters alone; a stream is no place for them. */
const contactMembers = new Set([
  "email",
  "emailaddress",
  "mail",
  "mobile",
  "mobilenumber",
  "msisdn",
  "phone",
  "phonenumber",
  "recipientemail",
  "recipientphone",
  "tel",
  "telephone"
])

/** Whatever stands around an `@` is taken for an address. */
const address = /[^\s@]@[^\s@]/

const isContact = (name: string): boolean =>
  contactMembers.has(name.toLowerCase().replaceAll(/[^a-z]/g, "")) || address.test(name)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** Without contact members at any depth, and without texts that hold an address under whatever name: the row has them. */
const withoutContacts = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutContacts)
  if (!isObject(value)) return typeof value === "string" && address.test(value) ? "" : value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isContact(name))
      .map(([name, member]) => [name, withoutContacts(member)])
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
  data: withoutContacts(row.data),
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
