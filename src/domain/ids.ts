/**
 * Ids that are derived, not drawn: whoever computes one, whenever, gets the same. A UUID of version 8 whose
 * first 48 bits are the stored instant of the cause, so it sorts by time and is the partition key.
 *
 * Source: RFC 9562, section 5.8.
 */

import { hash } from "node:crypto"

import { type Channel } from "#schemas/Channel.ts"
import { DeadLetterId, EventId, JobId, type OrganizationId, type UserId } from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"

import { toInstant } from "./instants.ts"

const version8 = 0x80
const variant = 0x80

/** `parts` are kept apart by a NUL, which none of them can hold. */
const deriveUuid = (at: Instant, parts: ReadonlyArray<string | number>): string => {
  const bytes = hash("sha256", parts.join("\u0000"), "buffer").subarray(0, 16)
  bytes.writeUIntBE(Date.parse(at), 0, 6)
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | version8
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | variant
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The instant that an id was derived from. */
export const instantOf = (id: JobId | DeadLetterId): Instant =>
  toInstant(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16))

export interface JobKey {
  readonly organizationId: OrganizationId
  /** What caused it: an event or an execution. */
  readonly cause: string
  readonly templateCode: string
  readonly userId: UserId
  readonly channel: Channel
  /** 0 for the first channel of a fallback order. */
  readonly step: number
}

/** @param at the stored instant of the cause, never `occurred_at` */
export const jobId = (at: Instant, key: JobKey): JobId =>
  JobId.make(
    deriveUuid(at, [
      "job",
      key.organizationId,
      key.cause,
      key.templateCode,
      key.userId,
      key.channel,
      key.step
    ])
  )

/** For causes that have no instant of their own. */
const epoch = Instant.make("1970-01-01T00:00:00.000Z")

/** The id of an event that its caller names by a key of its own. */
export const eventIdOfKey = (organizationId: OrganizationId, purpose: string, key: string): EventId =>
  EventId.make(deriveUuid(epoch, ["event", organizationId, purpose, key]))

/** The one life of a job that ends at an `attempt`; the next begins when an operator puts the job back. */
export interface Life {
  readonly message_id: JobId
  readonly generation: number
  readonly attempt: number
}

/** The death of a job: one a life, since a replayed job may die again at the same attempt. */
export const deadLetterIdOfJob = ({ attempt, generation, message_id }: Life): DeadLetterId =>
  DeadLetterId.make(deriveUuid(instantOf(message_id), ["dead job", message_id, generation, attempt]))

/** The death of a message in a stream, whose sequences are used again when the stream is lost. */
export const deadLetterIdOfMessage = (
  at: Instant,
  message: { readonly stream: string; readonly consumer: string; readonly sequence: number }
): DeadLetterId =>
  DeadLetterId.make(deriveUuid(at, ["dead message", message.stream, message.consumer, message.sequence]))

/** The announcement that a job reached a status at an attempt; said again, it is the same event. */
export const outcomeEventId = (
  at: Instant,
  outcome: { readonly message_id: JobId; readonly status: string; readonly attempt: number }
): EventId => EventId.make(deriveUuid(at, ["outcome", outcome.message_id, outcome.status, outcome.attempt]))
