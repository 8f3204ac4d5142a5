/** A message that a consumer cannot handle, as the dead letter of it is made: whoever says so again names the same letter. */

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type DeadMessage } from "#src/domain/burial.ts"
import { type Undecodable } from "#src/nats/decodeBatch.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"

/** As it lies in its stream, with why it cannot be handled. */
export const toDeadMessage =
  ({ durable, stream }: Pick<ConsumerDefinition, "durable" | "stream">) =>
  ({ detail, message, reason }: Undecodable<DeadLetterReason>): DeadMessage => ({
    stream: stream.name,
    consumer: durable,
    subject: message.subject,
    sequence: message.sequence,
    timestamp: message.timestamp,
    reason,
    detail,
    deliveries: message.deliveryCount,
    headers: message.headers,
    body: message.data
  })
