/** The one way in: events from HTTP and from NATS are checked, decided and recorded here, many at once. */

import { Context, type Effect, type Result } from "effect"

import { type EventId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type Refusal } from "#src/domain/Refusal.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

export interface IncomingEvent {
  readonly via: "http" | "nats"
  /** From the subject or the caller's credentials; the envelope may only repeat it. */
  readonly organizationId: OrganizationId
  /** From the subject; none over HTTP. The envelope must agree. */
  readonly eventType?: string
  /** Parsed JSON, nothing of it checked yet. */
  readonly body: unknown
  /**
   * The instant that job ids are derived from, the same again whenever this event comes again: the stream's
   * timestamp, or the clock at an HTTP request.
   */
  readonly acceptedAt: Instant
  /** W3C Trace Context. */
  readonly traceparent?: string
}

export interface Accepted {
  readonly eventId: EventId
  /** Recipients × channels, as counted when it was first accepted. */
  readonly jobsCount: number
}

export class Planning extends Context.Service<
  Planning,
  {
    /**
     * One answer for each event, in order. Concurrent calls share a commit. An event that was accepted before gets
     * the same answer again and leads to nothing.
     */
    readonly accept: (
      events: ReadonlyArray<IncomingEvent>
    ) => Effect.Effect<ReadonlyArray<Result.Result<Accepted, Refusal>>, LedgerUnreachable>
  }
>()("carillon/services/Planning") {}
