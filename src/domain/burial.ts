/** A message of a stream as a dead letter: what its subject and body still say about it. */

import { Option, Schema } from "effect"

import { type DeadLetter, type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { defaultOrganization, EventId, JobId, OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"

import { deadLetterIdOfMessage } from "./ids.ts"
import { toInstant } from "./instants.ts"
import { memberAt } from "./payload.ts"
import { longestDetail, storableText } from "./storableText.ts"

/** A message that no consumer can handle, as it lies in its stream. */
export interface DeadMessage {
  readonly stream: string
  /** In the stream: with it and `timestamp` it names the message, so that recording it twice is once. */
  readonly sequence: number
  /** When the stream stored it, in milliseconds since 1970. */
  readonly timestamp: number
  readonly subject: string
  /** The durable that gave it up. */
  readonly consumer: string
  readonly reason: DeadLetterReason
  /** What a person needs to repair it, e.g. the path of the wrong member. */
  readonly detail: string
  /** 1 for the first delivery. */
  readonly deliveries: number
  /** One value a name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** In UTF-16 code units. */
const longestSubject = 500
const longestName = 100

const storableHeaders = (headers: DeadMessage["headers"]): DeadMessage["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      storableText(name, longestName),
      storableText(value, longestDetail)
    ])
  )

const readOrganization = Schema.decodeUnknownOption(OrganizationId)
const readEventId = Schema.decodeUnknownOption(EventId)
const readJobId = Schema.decodeUnknownOption(JobId)

/** The members of a body that is JSON; none of any other. */
const membersOf = (body: Uint8Array): Readonly<Record<string, unknown>> => {
  const json = Option.liftThrowable((text: string): unknown => JSON.parse(text))(
    Buffer.from(body).toString("utf8")
  )
  const value = Option.getOrNull(json)
  return typeof value === "object" && value !== null ? { ...value } : {}
}

/** `events.<organization>.<type>` and `jobs.<channel>.tx.<organization>` name one; of other jobs the body does. */
const organizationOf = (subject: string, members: Readonly<Record<string, unknown>>): OrganizationId => {
  const [first, second, lane, last] = subject.split(".")
  const named = first === "jobs" && lane === "tx" ? last : memberAt(members, "meta.organization_id")
  return Option.getOrElse(readOrganization(first === "events" ? second : named), () => defaultOrganization)
}

export const letterOfMessage = (message: DeadMessage, now: Instant): DeadLetter => {
  const members = membersOf(message.body)
  const isEvent = message.subject.startsWith("events.")
  return {
    dead_letter_id: deadLetterIdOfMessage(toInstant(message.timestamp), message),
    organization_id: organizationOf(message.subject, members),
    stream: message.stream,
    subject: storableText(message.subject, longestSubject),
    consumer: storableText(message.consumer, longestName),
    reason: message.reason,
    detail: storableText(message.detail, longestDetail),
    deliveries: message.deliveries,
    job_id: Option.getOrNull(readJobId(members["job_id"])),
    event_id: Option.getOrNull(readEventId(members["event_id"])),
    event_type: isEvent ? message.subject.split(".").slice(2).join(".").slice(0, 100) : null,
    body: message.body,
    headers: storableHeaders(message.headers),
    history: [],
    died_at: now
  }
}
