/** What became of events and messages, as their owner may read it. */

import { Context, Effect, Layer, Option } from "effect"

import { type AccessRole } from "#schemas/AccessRole.ts"
import { type DeliveryStory } from "#schemas/http/deliveries.ts"
import { type EventStory } from "#schemas/http/events.ts"
import { type EventId, JobId, type OrganizationId } from "#schemas/Ids.ts"
import { shorten } from "#schemas/Instant.ts"
import { type CursorPage, cursorPage } from "#src/domain/cursorPage.ts"
import { readsNotes } from "#src/domain/permissions.ts"
import { missing, type Rejected } from "#src/domain/Rejected.ts"
import { attemptsOf, historyOf, type StoryRow, withoutNote } from "#src/domain/story.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { type MessageFilter } from "#src/repositories/messageLists.ts"
import { StoryRepository } from "#src/repositories/StoryRepository.ts"

import { readCursor, writeCursor } from "./cursor.ts"
import { describeAttempt, describeMessage, describeStep } from "./describeMessage.ts"

/** Jobs that an event's story lists. */
const mostJobs = 100

export interface ListMessages {
  readonly organizationId: OrganizationId
  readonly filter: MessageFilter
  readonly limit: number
  readonly offset: number
  readonly cursor?: string
}

export interface Reader {
  readonly organizationId: OrganizationId
  readonly role: AccessRole
}

export class Stories extends Context.Service<
  Stories,
  {
    readonly event: (
      organizationId: OrganizationId,
      eventId: EventId
    ) => Effect.Effect<EventStory, Rejected | LedgerUnreachable>
    /** Who decided, and what they noted, is told to operators and editors alone. */
    readonly delivery: (
      reader: Reader,
      jobId: JobId
    ) => Effect.Effect<DeliveryStory, Rejected | LedgerUnreachable>
    /** Newest first. Fails with `invalid_query` where the cursor is none of ours. */
    readonly messages: (
      asked: ListMessages
    ) => Effect.Effect<CursorPage<StoryRow>, Rejected | LedgerUnreachable>
  }
>()("carillon/services/Stories") {
  static readonly layer = Layer.effect(
    Stories,
    Effect.gen(function* () {
      const repository = yield* StoryRepository

      const event = Effect.fn("Stories.event")(function* (organizationId: OrganizationId, eventId: EventId) {
        const found = yield* repository.event(organizationId, eventId)
        if (Option.isNone(found)) return yield* missing(`there is no event ${eventId}`)
        const jobs = yield* repository.eventJobs(organizationId, eventId)
        const { accepted_at, event_id, event_type, jobs_count, reason, status, via } = found.value
        return {
          event_id,
          event_type,
          organization_id: organizationId,
          status,
          accepted_at: shorten(accepted_at),
          via,
          jobs_count,
          jobs,
          jobs_truncated: jobs_count !== null && jobs_count > mostJobs,
          reason
        }
      })

      const delivery = Effect.fn("Stories.delivery")(function* (
        { organizationId, role }: Reader,
        jobId: JobId
      ) {
        const found = yield* repository.message(organizationId, jobId)
        if (Option.isNone(found)) return yield* missing(`there is no delivery ${jobId}`)
        const [archived, decisions] = yield* Effect.all(
          [repository.attempts(jobId), repository.decisions(jobId)],
          { concurrency: 2 }
        )
        const attempts = attemptsOf(found.value, archived)
        const history = historyOf(found.value, attempts, decisions)
        const told = readsNotes(role) ? history : history.map(withoutNote)
        return {
          ...describeMessage(found.value),
          attempts: attempts.map(describeAttempt),
          history: told.map(describeStep)
        }
      })

      const messages = Effect.fn("Stories.messages")(function* (asked: ListMessages) {
        const { cursor, filter, organizationId } = asked
        const before = cursor === undefined ? undefined : yield* Effect.fromResult(readCursor(JobId, cursor))
        const found = yield* repository.messages(
          organizationId,
          { ...filter, ...(before === undefined ? {} : { before }) },
          asked
        )
        return cursorPage(asked, found, ({ message_id }) => writeCursor(JobId, message_id))
      })

      return Stories.of({ event, delivery, messages })
    })
  )
}
