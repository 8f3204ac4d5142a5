/** The event types that every organization begins with: rows like all others, which it may change or remove. */

import { type EventDefinition } from "#schemas/EventDefinition.ts"
import { EventType, TemplateCode } from "#schemas/Ids.ts"

/** Not said, or said to be unknown; no longer than the profile's column, in characters. */
const optionalText = (maxLength: number) => ({ type: ["string", "null"], maxLength })

/** What else a publisher sends passes, and is handed to the template. */
const userRegistered: EventDefinition = {
  payload_schema: {
    type: "object",
    required: ["user_id"],
    properties: {
      user_id: { type: "string", pattern: String.raw`^[^\s*>\u0000-\u001f\u007f-\u009f]{1,100}$` },
      email: optionalText(320),
      phone: optionalText(50),
      first_name: optionalText(255),
      last_name: optionalText(255),
      locale: optionalText(35),
      timezone: optionalText(64),
      attributes: { type: "object" }
    }
  },
  notifications: [
    {
      template_code: TemplateCode.make("welcome_email"),
      channels: ["email"],
      recipients: { from: "payload", path: "user_id" },
      message_class: "transactional",
      max_attempts: 5,
      retry_delays_seconds: [5, 30, 120, 600]
    }
  ]
}

export const builtInEventTypes = [
  { eventType: EventType.make("user_registered"), definition: userRegistered }
] as const
