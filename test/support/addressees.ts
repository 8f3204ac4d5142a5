/** People that messages are for. */

import { JobId, OrganizationId, TemplateCode, UserId } from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"
import { type MessageRow, type ProfileRow } from "#schemas/rows/MessageRow.ts"
import { type Contact } from "#src/domain/contact.ts"
import { type Addressee } from "#src/services/Contacts.ts"

export const profileWith = (email: string | null, overrides: Partial<ProfileRow> = {}): ProfileRow => ({
  email,
  phone: null,
  first_name: null,
  last_name: null,
  locale: null,
  timezone: null,
  attributes: {},
  ...overrides
})

/** Somebody to write an e-mail to, whose local profile has `<user>@local.example`. */
export const addressee = (user: string, overrides: Partial<MessageRow> = {}): Addressee => ({
  row: {
    message_id: JobId.make("019ab000-0000-8000-8000-000000000001"),
    organization_id: OrganizationId.make("default"),
    event_id: null,
    campaign_id: null,
    execution_id: null,
    user_id: UserId.make(user),
    channel_type: "email",
    recipient_address: null,
    template_code: TemplateCode.make("welcome"),
    locale: null,
    data: {},
    message_class: "transactional",
    priority: "normal",
    status: "queued",
    attempt: 0,
    generation: 0,
    max_attempts: 5,
    retry_delays_seconds: null,
    send_after: null,
    expires_at: null,
    retry_at: null,
    worker: null,
    attempt_started_at: null,
    queued_at: Instant.make("2026-11-21T12:00:00.000Z"),
    traceparent: null,
    ...overrides
  },
  profile: profileWith(`${user}@local.example`)
})

/** `source address` of each. */
export const summaries = (contacts: ReadonlyArray<Contact>): ReadonlyArray<string> =>
  contacts.map(({ address, source }) => `${source} ${address ?? "-"}`)
