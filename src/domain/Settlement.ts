/** What became of a row in one pass, as the ledger is to record it. Written only where the row is still as it was found. */

import { type DeadLetter } from "#schemas/DeadLetter.ts"
import { type JobId, type WorkerId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type Settled } from "#schemas/Status.ts"

import { type Attempt } from "./Attempt.ts"

/** `queued`: the attempt was lost with its worker, and another may follow at once. */
export type NextStatus = Settled | "queued"

export interface Settlement {
  readonly message_id: JobId
  /** As found: with `owner` it is the fence. */
  readonly attempt: number
  /** As found: a row that an operator has put back since is another's. */
  readonly generation: number
  /** Who started the attempt; null where the row was never started in this pass. */
  readonly owner: WorkerId | null
  readonly status: NextStatus
  /** A word for programs, e.g. `no_contact`; null where the status says it all. */
  readonly reason: string | null
  /** A sentence for a person; no address in it. */
  readonly detail: string | null
  readonly retry_at: Instant | null
  /** How the attempt ended; null where there was none. */
  readonly outcome: Attempt | LostAttempt | null
  /** W3C Trace Context of the event that began it, for the log. */
  readonly traceparent: string | null
  /** For what will never be sent. */
  readonly letter: DeadLetter | null
}

/** Its process died, and no one knows how far it got. */
export interface LostAttempt {
  readonly result: "unknown"
  readonly finished_at: Instant
  readonly phase: null
}
