/** The port to what died. */

import { Context, type Effect } from "effect"

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

/** A message of a stream that no consumer can handle, as it lies there. */
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

export class DeadLetters extends Context.Service<
  DeadLetters,
  {
    /** Durable on return; the stream's copy follows through the outbox. Recording the same death twice is once. */
    readonly record: (messages: ReadonlyArray<DeadMessage>) => Effect.Effect<void, LedgerUnreachable>
  }
>()("carillon/services/DeadLetters") {}
