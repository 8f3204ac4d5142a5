/** The original notification call: one message whose content the caller brings. */

import { randomUUID } from "node:crypto"

import { Clock, Context, Effect, Layer, Option, Result } from "effect"

import { type SendNotification } from "#schemas/http/notifications.ts"
import { EventId, type JobId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { toInstant } from "#src/domain/instants.ts"
import {
  notificationEvent,
  notificationEventId,
  notificationRefusal
} from "#src/domain/notificationRequest.ts"
import { type Refusal } from "#src/domain/Refusal.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { StoryRepository } from "#src/repositories/StoryRepository.ts"

import { Planning } from "./Planning.ts"

export interface AskedNotification {
  readonly organizationId: OrganizationId
  readonly request: SendNotification
  /** The `Idempotency-Key`. */
  readonly key: string | undefined
  readonly traceparent: string
}

export class Notifications extends Context.Service<
  Notifications,
  {
    /**
     * The id of its message. Asked again under the same key it is the same message, and nothing is sent; another
     * request under that key is refused with `event_conflict`.
     */
    readonly send: (
      asked: AskedNotification
    ) => Effect.Effect<Result.Result<JobId, Refusal>, LedgerUnreachable>
  }
>()("carillon/services/Notifications") {
  static readonly layer = Layer.effect(
    Notifications,
    Effect.gen(function* () {
      const planning = yield* Planning
      const stories = yield* StoryRepository

      const accept = Effect.fnUntraced(function* (asked: AskedNotification, eventId: EventId, at: Instant) {
        const now = toInstant(yield* Clock.currentTimeMillis)
        const [answer] = yield* planning.accept([
          {
            via: "http",
            organizationId: asked.organizationId,
            body: notificationEvent(asked.request, eventId, at),
            acceptedAt: now,
            traceparent: asked.traceparent
          }
        ])
        return answer
      })

      /** A repeated request happened when it first came: only so can the ledger see that it is the same. */
      const acceptAgain = Effect.fnUntraced(function* (asked: AskedNotification, eventId: EventId) {
        const known = yield* stories.event(asked.organizationId, eventId)
        return Option.isNone(known) ? undefined : yield* accept(asked, eventId, known.value.occurred_at)
      })

      const send = Effect.fn("Notifications.send")(function* (asked: AskedNotification) {
        const refusal = notificationRefusal(asked.request)
        if (refusal !== undefined) return Result.fail(refusal)
        const { key, organizationId, request } = asked
        const eventId =
          notificationEventId(organizationId, request, key) ??
          EventId.make(yield* Effect.sync(() => randomUUID()))
        const now = toInstant(yield* Clock.currentTimeMillis)
        const first = yield* accept(asked, eventId, now)
        const isKnown =
          first !== undefined && Result.isFailure(first) && first.failure.reason === "event_conflict"
        const answer = isKnown ? ((yield* acceptAgain(asked, eventId)) ?? first) : first
        if (answer === undefined) return yield* Effect.die("planning gave no answer")
        if (Result.isFailure(answer)) return Result.fail(answer.failure)
        const jobs = yield* stories.eventJobs(organizationId, eventId)
        const job = jobs.at(0)
        return job === undefined
          ? yield* Effect.die(`event ${eventId} has no job`)
          : Result.succeed(job.job_id)
      })

      return Notifications.of({ send })
    })
  )
}
