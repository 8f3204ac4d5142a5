/**
 * At most 1000 messages that one stream stores together or not at all (ADR-50), by raw headers: the client's
 * own batches drop options and hide the server's error.
 */

import { Option, Result } from "effect"

import { type Ack, noStream, readAck, unreadable } from "./ack.ts"
import { type Send } from "./Flight.ts"
import { type Outgoing } from "./Outgoing.ts"

/** The server's limit. */
export const maxBatchMessages = 1000

export class AtomicBatch {
  private readonly messages: ReadonlyArray<Outgoing>
  private readonly id: string
  private readonly onDone: (whyNot: Option.Option<string>) => void

  /** `id` is this batch's alone, at most 64 characters; `onDone` is told why it was not stored, or none. */
  constructor(messages: ReadonlyArray<Outgoing>, id: string, onDone: AtomicBatch["onDone"]) {
    this.messages = messages
    this.id = id
    this.onDone = onDone
  }

  /** Sends all of it; what is not committed within 10 s the server forgets. */
  takeOff(send: Send): void {
    const last = this.messages.length - 1
    for (const [index, { data, headers, subject }] of this.messages.entries()) {
      const sent = send(
        {
          subject,
          data,
          headers: {
            ...headers,
            "Nats-Batch-Id": this.id,
            "Nats-Batch-Sequence": String(index + 1),
            ...(index === last && { "Nats-Batch-Commit": "1" })
          }
        },
        index
      )
      if (Result.isFailure(sent)) return this.onDone(Option.some(sent.failure))
    }
  }

  /**
   * The first message's answer is empty when the batch was begun; the last one's tells that it was stored.
   * An error may come as any one's, and then also as "incomplete" for the last: the first one is the reason.
   */
  answer(token: number, ack: Ack): void {
    const isLast = token === this.messages.length - 1
    if (ack.data.length === 0) return isLast ? this.onDone(Option.some(noStream)) : undefined
    const whyNot = Option.match(readAck(ack), {
      onNone: () => Option.some(unreadable),
      onSome: ({ count, error }) =>
        Option.orElse(Option.fromUndefinedOr(error?.description), () =>
          count === this.messages.length ? Option.none() : Option.some(`stored as ${count ?? 0} messages`)
        )
    })
    if (isLast || Option.isSome(whyNot)) this.onDone(whyNot)
  }
}
