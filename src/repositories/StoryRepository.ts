/** Reads what became of events and messages. Everything is within one organization. */

import { Array as Arr, Context, Effect, Layer, type Option } from "effect"

import { type Channel } from "#schemas/Channel.ts"
import { type EventId, type JobId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type Status } from "#schemas/Status.ts"
import { type AttemptRow, type DecisionRow, type StoryRow } from "#src/domain/story.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"
import { countMessages, type MessageFilter, ofEvent, selectMessages, storyColumns } from "./messageLists.ts"
import { type PageRequest, type Rows } from "./pages.ts"

export interface EventRow {
  readonly event_id: EventId
  readonly event_type: string
  readonly occurred_at: Instant
  readonly status: "accepted" | "planning" | "planned" | "rejected"
  readonly accepted_at: Instant
  readonly via: "http" | "nats"
  readonly jobs_count: number | null
  readonly reason: string | null
}

export interface EventJobRow {
  readonly job_id: JobId
  readonly user_id: string
  readonly channel: Channel
  readonly status: Status
}

const selectEvent = (sql: Sql, organizationId: OrganizationId, eventId: EventId) => sql<Array<EventRow>>`
  select e.event_id, e.event_type, e.occurred_at, e.status, e.accepted_at, e.via, e.jobs_count, e.reason
  from event_keys k
  join events e on e.organization_id = k.organization_id and e.event_id = k.event_id
    and e.accepted_at = k.accepted_at
  where k.organization_id = ${organizationId} and k.event_id = ${eventId}::uuid`

const selectEventJobs = (sql: Sql, organizationId: OrganizationId, eventId: EventId) => sql<
  Array<EventJobRow>
>`
  select m.message_id as job_id, m.user_id, m.channel_type as channel, m.status
  from campaign.campaign_messages m
  where m.organization_id = ${organizationId} and ${ofEvent(sql, { organizationId, eventId })}
  order by m.message_id limit 100`

const selectMessage = (sql: Sql, organizationId: OrganizationId, jobId: JobId) => sql<Array<StoryRow>>`
  select ${storyColumns(sql)} from campaign.campaign_messages m
  where m.message_id = ${jobId}::uuid and m.organization_id = ${organizationId}`

const selectAttempts = (sql: Sql, jobId: JobId) => sql<Array<AttemptRow>>`
  select attempt, started_at, finished_at, phase, result, provider, provider_code, provider_message,
    provider_message_id, retry_at
  from campaign.delivery_attempts where message_id = ${jobId}::uuid order by attempt`

const selectDecisions = (sql: Sql, jobId: JobId) => sql<Array<DecisionRow>>`
  select act, decided_at, decided_by, note, status, attempt, from_status, from_reason, from_at
  from campaign.operator_decisions where message_id = ${jobId}::uuid order by decision_id`

export class StoryRepository extends Context.Service<
  StoryRepository,
  {
    readonly event: (
      organizationId: OrganizationId,
      eventId: EventId
    ) => Effect.Effect<Option.Option<EventRow>, LedgerUnreachable>
    /** The first 100 in the order of their ids. */
    readonly eventJobs: (
      organizationId: OrganizationId,
      eventId: EventId
    ) => Effect.Effect<ReadonlyArray<EventJobRow>, LedgerUnreachable>
    readonly message: (
      organizationId: OrganizationId,
      jobId: JobId
    ) => Effect.Effect<Option.Option<StoryRow>, LedgerUnreachable>
    /** Of a message that the caller may see. */
    readonly attempts: (jobId: JobId) => Effect.Effect<ReadonlyArray<AttemptRow>, LedgerUnreachable>
    readonly decisions: (jobId: JobId) => Effect.Effect<ReadonlyArray<DecisionRow>, LedgerUnreachable>
    /** Newest first. */
    readonly messages: (
      organizationId: OrganizationId,
      filter: MessageFilter,
      page: PageRequest
    ) => Effect.Effect<Rows<StoryRow>, LedgerUnreachable>
  }
>()("carillon/repositories/StoryRepository") {
  static readonly layer = Layer.effect(
    StoryRepository,
    Effect.gen(function* () {
      const { query } = (yield* Postgres).patient

      const messages = Effect.fn("StoryRepository.messages")(function* (
        organizationId: OrganizationId,
        filter: MessageFilter,
        page: PageRequest
      ) {
        const { before: _, ...whole } = filter
        const rows = query((sql) => selectMessages(sql, { organizationId, filter }, page))
        const count = query((sql) => countMessages(sql, { organizationId, filter: whole }))
        const [found, counts] = yield* orUnreachable(Effect.all([rows, count], { concurrency: 2 }))
        return { rows: found, counted: counts.at(0)?.counted ?? 0 }
      })

      return StoryRepository.of({
        event: (organizationId, eventId) =>
          orUnreachable(
            Effect.map(
              query((sql) => selectEvent(sql, organizationId, eventId)),
              Arr.head
            )
          ),
        eventJobs: (organizationId, eventId) =>
          orUnreachable(query((sql) => selectEventJobs(sql, organizationId, eventId))),
        message: (organizationId, jobId) =>
          orUnreachable(
            Effect.map(
              query((sql) => selectMessage(sql, organizationId, jobId)),
              Arr.head
            )
          ),
        attempts: (jobId) => orUnreachable(query((sql) => selectAttempts(sql, jobId))),
        decisions: (jobId) => orUnreachable(query((sql) => selectDecisions(sql, jobId))),
        messages
      })
    })
  )
}
