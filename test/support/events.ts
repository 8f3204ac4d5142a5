/** Sample events, as they come in and as they are once they were checked. Override what the test is about. */

import { type EventEnvelope } from "#schemas/Event.ts"
import { type EventDefinition, type NotificationRule } from "#schemas/EventDefinition.ts"
import { EventId, EventType, OrganizationId, TemplateCode } from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"
import { type ArrivedEvent } from "#src/domain/checkEvent.ts"
import { type CheckedEvent } from "#src/domain/plan.ts"

/** The id of the nth sample event. */
export const eventId = (n: number): EventId =>
  EventId.make(`5f0c7a7e-0000-4000-8000-${n.toString(16).padStart(12, "0")}`)

/** The body of a registration, as a publisher writes it. */
export const sampleBody = (overrides: Readonly<Record<string, unknown>> = {}) => ({
  event_id: eventId(1),
  event_type: "user_registered",
  source: "auth",
  occurred_at: "2026-11-21T12:00:00Z",
  payload: { user_id: "user-1", email: "ada@example.com", first_name: "Ada" },
  ...overrides
})

export const acceptedAt = Instant.make("2026-11-21T12:00:05.000Z")

export const arrived = (body: unknown, overrides: Partial<ArrivedEvent> = {}): ArrivedEvent => ({
  organizationId: OrganizationId.make("default"),
  body,
  acceptedAt,
  ...overrides
})

export const checked = (
  envelope: Partial<EventEnvelope> = {},
  overrides: Partial<CheckedEvent> = {}
): CheckedEvent => ({
  organizationId: OrganizationId.make("default"),
  envelope: {
    event_id: eventId(1),
    event_type: EventType.make("user_registered"),
    source: "auth",
    occurred_at: Instant.make("2026-11-21T12:00:00.000Z"),
    payload: { user_id: "user-1" },
    ...envelope
  },
  extra: {},
  acceptedAt,
  ...overrides
})

/** A message to the user that the payload names. */
export const rule = (overrides: Partial<NotificationRule> = {}): NotificationRule => ({
  template_code: TemplateCode.make("welcome_email"),
  channels: ["email"],
  recipients: { from: "payload", path: "user_id" },
  ...overrides
})

export const definitionOf = (...notifications: ReadonlyArray<NotificationRule>): EventDefinition => ({
  payload_schema: null,
  notifications
})
