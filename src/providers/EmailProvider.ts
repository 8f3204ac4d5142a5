/** The port to whoever carries e-mail. Made for batches: nothing here is a fiber a message. */

import { Context, type Effect } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type Attempt } from "#src/domain/Attempt.ts"
import { type RenderedEmail } from "#src/domain/RenderedEmail.ts"

export interface OutgoingEmail {
  /** Message-ID and idempotency key: the same on every attempt. */
  readonly jobId: JobId
  readonly attempt: number
  /** The one recipient of the envelope; validated before the start. */
  readonly address: string
  readonly content: RenderedEmail
}

export class EmailProvider extends Context.Service<
  EmailProvider,
  {
    /**
     * Waits until at least one connection is free, then takes as many as are, at most `max`. A connection taken
     * is given back by the `send` that uses it, or by `release`.
     */
    readonly reserve: (max: number) => Effect.Effect<number>
    /** Gives back connections that were reserved and not used. */
    readonly release: (count: number) => void
    /**
     * Sends on one reserved connection and frees it. Never rejects: whatever happens is an attempt. Asks
     * `mayProceed` before the first byte of the message and again before the final dot; where it says no, the
     * connection is dropped and the attempt is transient, since nothing was handed over.
     */
    readonly send: (message: OutgoingEmail, mayProceed: () => boolean) => Promise<Attempt>
  }
>()("carillon/providers/EmailProvider") {}
