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
     * Takes connections for as many of these recipients as may have one now; their positions, perhaps none. A connection
     * taken is given back by the `send` that uses it, or by `release`. One domain never gets all of them.
     */
    readonly take: (addresses: ReadonlyArray<string>) => ReadonlyArray<number>
    /** Returns when one of these recipients may have a connection, unless somebody else takes it. */
    readonly awaitRoom: (addresses: ReadonlyArray<string>) => Effect.Effect<void>
    /** When a connection of one of these recipients' domains was last taken or given back, in ms; of one that has none, anyone's. */
    readonly movedAt: (addresses: ReadonlyArray<string>) => number
    /** Gives back connections that were taken for these recipients and not used. */
    readonly release: (addresses: ReadonlyArray<string>) => void
    /**
     * Sends on one of the connections that were taken and frees it. Never rejects: whatever happens is an attempt. Asks
     * `mayProceed` before the first byte of the message and again before the final dot; where it says no, the
     * connection is dropped and the attempt is transient, since nothing was handed over.
     */
    readonly send: (message: OutgoingEmail, mayProceed: () => boolean) => Promise<Attempt>
  }
>()("carillon/providers/EmailProvider") {}
