/** The original notification call, read as an event: its content comes with it, no template is asked. */

import { createHash } from "node:crypto"

import { Result } from "effect"

import { type SendNotification } from "#schemas/http/notifications.ts"
import { type EventId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"

import { parseAddress } from "./address.ts"
import { directEventType } from "./directNotification.ts"
import { eventIdOfKey } from "./ids.ts"
import { type FieldProblem, type Refusal } from "./Refusal.ts"
import { kindOf } from "./valueKind.ts"

const refuse = (errors: ReadonlyArray<FieldProblem>): Refusal => ({
  reason: "invalid_payload",
  detail: errors.map(({ message, path }) => `${path}: ${message}`).join("; "),
  errors
})

const isGiven = (text: string | null | undefined): text is string =>
  text !== undefined && text !== null && text !== ""

const wrongAddress = ({ recipient_email }: SendNotification): ReadonlyArray<FieldProblem> =>
  isGiven(recipient_email) && Result.isFailure(parseAddress(recipient_email))
    ? [{ path: "recipient_email", message: "expected an e-mail address", got: "string" }]
    : []

const missingMembers = (asked: SendNotification): ReadonlyArray<FieldProblem> => {
  const problems: Array<FieldProblem> = []
  if (!isGiven(asked.recipient_email) && !isGiven(asked.user_id))
    problems.push({ path: "recipient_email", message: "expected this or user_id", got: "nothing" })
  if (!isGiven(asked.content) && !isGiven(asked.html_content))
    problems.push({ path: "content", message: "expected this or html_content", got: "nothing" })
  return problems
}

/** The caller's own name of the message; `undefined` where it gave none. */
const messageIdOf = ({ metadata }: SendNotification): unknown => metadata?.["message_id"] ?? undefined

const wrongMessageId = (asked: SendNotification): ReadonlyArray<FieldProblem> => {
  const id = messageIdOf(asked)
  return id === undefined || (typeof id === "string" && id !== "" && id.length <= 255)
    ? []
    : [{ path: "metadata.message_id", message: "expected 1 to 255 characters", got: kindOf(id) }]
}

/** What is wrong with it beyond its form; a channel that is not built is said first. */
export const notificationRefusal = (asked: SendNotification): Refusal | undefined => {
  if (asked.type !== "email")
    return { reason: "not_implemented", detail: `the channel ${asked.type} is not built yet`, errors: [] }
  const problems = [...missingMembers(asked), ...wrongAddress(asked), ...wrongMessageId(asked)]
  return problems.length === 0 ? undefined : refuse(problems)
}

/**
 * The event's id, the same again for the same key; none where the caller gave no key.
 *
 * @param key the `Idempotency-Key`, which goes over `metadata.message_id`
 */
export const notificationEventId = (
  organizationId: OrganizationId,
  asked: SendNotification,
  key: string | undefined
): EventId | undefined => {
  if (key !== undefined) return eventIdOfKey(organizationId, "idempotency-key", key)
  const id = messageIdOf(asked)
  return typeof id === "string" ? eventIdOfKey(organizationId, "message-id", id) : undefined
}

/** Someone whom only the address names: the same user for the same address, without showing it. */
const userOfAddress = (address: string): string =>
  `email-${createHash("sha256").update(address.toLowerCase()).digest("hex").slice(0, 32)}`

/** Only what was said: an absent member is not `null`. */
const given = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null && value !== "")
  )

interface NotificationEvent {
  readonly event_id: EventId
  readonly event_type: string
  readonly source: string
  readonly occurred_at: Instant
  readonly payload: Readonly<Record<string, unknown>>
  readonly delivery: Readonly<Record<string, unknown>>
}

/** The envelope of a request that nothing refuses. */
export const notificationEvent = (
  asked: SendNotification,
  eventId: EventId,
  occurredAt: Instant
): NotificationEvent => {
  const { content, html_content, metadata, recipient_email, subject } = asked
  const { expires_at, priority, send_after } = asked
  const user_id = isGiven(asked.user_id) ? asked.user_id : userOfAddress(recipient_email ?? "")
  return {
    event_id: eventId,
    event_type: directEventType,
    source: "notifications",
    occurred_at: occurredAt,
    payload: given({ user_id, recipient_email, subject, content, html_content, metadata }),
    delivery: { channels: ["email"], ...given({ expires_at, priority, send_after }) }
  }
}
