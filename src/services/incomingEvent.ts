/** From a message of the stream to an incoming event: what its subject, headers and timestamp say. */

import { Option, Result, Schema } from "effect"

import { OrganizationId } from "#schemas/Ids.ts"
import { type Instant, InstantInput } from "#schemas/Instant.ts"
import { horizon_seconds } from "#src/domain/checkEvent.ts"
import { plusSeconds, toInstant } from "#src/domain/instants.ts"
import { type Refused } from "#src/nats/decodeBatch.ts"
import { type Delivered } from "#src/nats/Delivered.ts"
import { parseEventSubject } from "#streams/subjects.ts"

import { type IncomingEvent } from "./planBatch.ts"
import { readJson } from "./readMessage.ts"

/** Why a message is no event at all. */
export type Unreadable = "invalid_json" | "too_large" | "invalid_event"

type StreamMessage = Pick<Delivered, "data" | "headers" | "subject" | "timestamp">

/** In UTF-8; the same over HTTP. */
const maxEvent_bytes = 262_144

const readOrganization = Schema.decodeUnknownOption(OrganizationId)
const readInstant = Schema.decodeUnknownOption(InstantInput)
const isTraceparent = (text: string): boolean => /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(text)

/**
 * What ids are derived from: the stream's own timestamp, the same at every delivery; of a copy that the relay
 * published, the instant at which HTTP accepted it, which is earlier, and within the time for which ids are known.
 */
const acceptedAt = ({ headers, timestamp }: StreamMessage): Instant => {
  const stored = toInstant(timestamp)
  const relayed = readInstant(headers["Carillon-Accepted-At"])
  return Option.getOrElse(
    Option.filter(relayed, (at) => at <= stored && at >= plusSeconds(stored, -horizon_seconds)),
    () => stored
  )
}

const arrived = (
  body: unknown,
  message: StreamMessage
): Result.Result<IncomingEvent, Refused<"invalid_event">> => {
  const subject = Option.flatMap(parseEventSubject(message.subject), ({ eventType, organization }) =>
    Option.map(readOrganization(organization), (organizationId) => ({ eventType, organizationId }))
  )
  return Result.fromOption(
    Option.map(subject, ({ eventType, organizationId }) => {
      const traceparent = message.headers["traceparent"]
      return {
        via: "nats" as const,
        organizationId,
        eventType,
        body,
        acceptedAt: acceptedAt(message),
        ...(traceparent !== undefined && isTraceparent(traceparent) && { traceparent })
      }
    }),
    () => ({
      reason: "invalid_event",
      detail: "the subject's organization: expected a-z, 0-9, _ and -, at most 50 characters"
    })
  )
}

/** Measured before it is parsed; nothing of the JSON is checked. */
export const incomingEvent = (message: StreamMessage): Result.Result<IncomingEvent, Refused<Unreadable>> => {
  if (message.data.length > maxEvent_bytes)
    return Result.fail({
      reason: "too_large",
      detail: `an event may have ${maxEvent_bytes} bytes; this one has ${message.data.length}`
    })
  return Result.flatMap(readJson(message.data), (body) => arrived(body, message))
}
