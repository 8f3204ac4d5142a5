/** A message whose sender brings the content itself: `POST /api/v1/notifications/send`. */

import { type EventDefinition } from "#schemas/EventDefinition.ts"
import { EventType, TemplateCode } from "#schemas/Ids.ts"

import { type RenderedEmail } from "./RenderedEmail.ts"
import { textOfHtml } from "./template/textPart.ts"

/** Such a message is an event of this type, which every organization has. */
export const directEventType = EventType.make("notification_requested")

/** No template has this code. */
export const directTemplateCode = TemplateCode.make("direct")

export const directDefinition: EventDefinition = {
  payload_schema: {
    type: "object",
    required: ["user_id"],
    properties: {
      user_id: { type: "string", minLength: 1, maxLength: 100 },
      recipient_email: { type: ["string", "null"], maxLength: 320 },
      subject: { type: ["string", "null"], maxLength: 998 },
      content: { type: ["string", "null"] },
      html_content: { type: ["string", "null"] }
    },
    anyOf: [
      { required: ["content"], properties: { content: { type: "string" } } },
      { required: ["html_content"], properties: { html_content: { type: "string" } } }
    ]
  },
  notifications: [
    {
      template_code: directTemplateCode,
      channels: ["email"],
      recipients: { from: "payload", path: "user_id" },
      contacts: { email: "recipient_email" },
      message_class: "transactional"
    }
  ]
}

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null)

/** What breaks a header becomes a space. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]+/g, " ")

/** As it was given: nothing in it is a placeholder. */
export const directContent = (data: Readonly<Record<string, unknown>>): RenderedEmail => {
  const html = textOf(data["html_content"])
  return {
    subject: oneLine(textOf(data["subject"]) ?? ""),
    html,
    text: textOf(data["content"]) ?? (html === null ? "" : textOfHtml(html)),
    fromName: null,
    fromAddress: null,
    replyTo: null
  }
}
