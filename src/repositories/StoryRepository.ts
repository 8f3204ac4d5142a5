/** Reads what became of events and messages. Everything is within one organization. */

import { Array as Arr, Context, Effect, Layer, type Option } from "effect"

import { type Channel } from "#schemas/Channel.ts"
import { type EventId, type JobId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type Status } from "#schemas/Status.ts"
import { type AttemptRow, type DeathRow, type StoryRow } from "#src/domain/story.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"
import { mostCounted, type PageRequest, type Rows } from "./pages.ts"

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

/** Absent members match all. */
export interface MessageFilter {
  readonly statuses?: ReadonlyArray<Status>
  readonly channel?: Channel
  readonly userId?: string
  readonly eventId?: EventId
  readonly executionId?: string
  /** Only messages with lesser ids, which are older. */
  readonly before?: JobId
}

const columns = (sql: Sql) => sql`
  m.message_id, m.event_id, m.campaign_id, m.execution_id, m.user_id, m.channel_type, m.template_code,
  m.template_version, m.locale, m.title, m.status, m.reason, m.attempt, m.max_attempts, m.send_after, m.expires_at,
  m.retry_at, m.contact_source, m.attempt_started_at, m.attempt_finished_at, m.phase, m.result, m.provider,
  m.provider_code, m.provider_message_id, m.error_message, m.queued_at, m.sent_at, m.delivered_at, m.opened_at,
  m.clicked_at, m.bounced_at, m.failed_at, m.unsubscribed_at, m.settled_at`

/** The ids of an event's messages begin with the instant of its acceptance: a range of the primary key. */
const ofEvent = (sql: Sql, event: { readonly organizationId: string; readonly eventId: string }) => sql`
  m.event_id = ${event.eventId}::uuid
  and m.message_id >= (select campaign.first_uuid_at(accepted_at) from event_keys
    where organization_id = ${event.organizationId} and event_id = ${event.eventId}::uuid)
  and m.message_id < (select campaign.first_uuid_at(accepted_at + interval '1 millisecond') from event_keys
    where organization_id = ${event.organizationId} and event_id = ${event.eventId}::uuid)`

const matching = (sql: Sql, organizationId: OrganizationId, filter: MessageFilter) => {
  const { before, channel, eventId, executionId, statuses, userId } = filter
  return sql`
    m.organization_id = ${organizationId}
    ${userId === undefined ? sql`` : sql`and m.user_id = ${userId}`}
    ${executionId === undefined ? sql`` : sql`and m.execution_id = ${executionId}`}
    ${eventId === undefined ? sql`` : sql`and ${ofEvent(sql, { organizationId, eventId })}`}
    ${channel === undefined ? sql`` : sql`and m.channel_type = ${channel}`}
    ${statuses === undefined ? sql`` : sql`and m.status = any(${[...statuses]}::text[])`}
    ${before === undefined ? sql`` : sql`and m.message_id < ${before}::uuid`}`
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
  select ${columns(sql)} from campaign.campaign_messages m
  where m.message_id = ${jobId}::uuid and m.organization_id = ${organizationId}`

const selectAttempts = (sql: Sql, jobId: JobId) => sql<Array<AttemptRow>>`
  select attempt, started_at, finished_at, phase, result, provider, provider_code, provider_message,
    provider_message_id, retry_at
  from campaign.delivery_attempts where message_id = ${jobId}::uuid order by attempt`

const selectDeaths = (sql: Sql, jobId: JobId) => sql<Array<DeathRow>>`
  select reason, died_at from dead_letters where job_id = ${jobId}::uuid order by died_at`

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
    readonly deaths: (jobId: JobId) => Effect.Effect<ReadonlyArray<DeathRow>, LedgerUnreachable>
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
        { limit, offset }: PageRequest
      ) {
        const { before: _, ...whole } = filter
        const rows = query(
          (sql) => sql<Array<StoryRow>>`
            select ${columns(sql)} from campaign.campaign_messages m
            where ${matching(sql, organizationId, filter)}
            order by m.message_id desc limit ${limit + 1} offset ${offset}`
        )
        const count = query(
          (sql) => sql<Array<{ counted: number }>>`
            select count(*) as counted from (
              select from campaign.campaign_messages m where ${matching(sql, organizationId, whole)}
              limit ${mostCounted + 1}) as counted_rows`
        )
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
        deaths: (jobId) => orUnreachable(query((sql) => selectDeaths(sql, jobId))),
        messages
      })
    })
  )
}
