/** Lists of messages: each by an index, by the register of those in doubt, or among the newest. */

import { type Channel } from "#schemas/Channel.ts"
import { type EventId, type JobId, type OrganizationId } from "#schemas/Ids.ts"
import { type Status } from "#schemas/Status.ts"
import { type StoryRow } from "#src/domain/story.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

import { mostCounted, type PageRequest } from "./pages.ts"

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

export const storyColumns = (sql: Sql) => sql`
  m.message_id, m.event_id, m.campaign_id, m.execution_id, m.user_id, m.channel_type, m.template_code,
  m.template_version, m.locale, m.title, m.status, m.reason, m.attempt, m.max_attempts, m.send_after, m.expires_at,
  m.retry_at, m.contact_source, m.attempt_started_at, m.attempt_finished_at, m.phase, m.result, m.provider,
  m.provider_code, m.provider_message_id, m.error_message, m.queued_at, m.sent_at, m.delivered_at, m.opened_at,
  m.clicked_at, m.bounced_at, m.failed_at, m.unsubscribed_at, m.settled_at`

/** The ids of an event's messages begin with the instant of its acceptance: a range of the primary key. */
export const ofEvent = (
  sql: Sql,
  event: { readonly organizationId: string; readonly eventId: string }
) => sql`
  m.event_id = ${event.eventId}::uuid
  and m.message_id >= (select campaign.first_uuid_at(accepted_at) from event_keys
    where organization_id = ${event.organizationId} and event_id = ${event.eventId}::uuid)
  and m.message_id < (select campaign.first_uuid_at(accepted_at + interval '1 millisecond') from event_keys
    where organization_id = ${event.organizationId} and event_id = ${event.eventId}::uuid)`

/** The newest messages, among which those are found that nothing else leads to. */
const window = 50_000

interface Asked {
  readonly organizationId: OrganizationId
  readonly filter: MessageFilter
}

/** Whether an index leads to the messages. */
const isIndexed = ({ eventId, executionId, userId }: MessageFilter): boolean =>
  eventId !== undefined || executionId !== undefined || userId !== undefined

/**
 * No index mentions a status, so that sending is cheap: what is looked at must be bounded otherwise. Sorted, since only
 * Postgres 18 knows the least of uuids.
 */
const withinWindow = (sql: Sql, before: JobId | undefined) => sql`
  and m.message_id >= (select message_id from (
    select message_id from campaign.campaign_messages
    ${before === undefined ? sql`` : sql`where message_id < ${before}::uuid`}
    order by message_id desc limit ${window}) as newest order by message_id limit 1)`

const isUnknown = ({ statuses }: MessageFilter): boolean =>
  statuses !== undefined && statuses.length === 1 && statuses[0] === "unknown"

const matching = (sql: Sql, { filter, organizationId }: Asked) => {
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

/** Those in doubt have a register of their own; `offset 0` keeps the planner from looking for them anywhere else. */
const inDoubt = (sql: Sql, asked: Asked) => sql`
  from (
    select message_id from campaign.deliveries_in_doubt
    where organization_id = ${asked.organizationId} order by message_id desc
  ) as doubt cross join lateral (
    select ${storyColumns(sql)} from campaign.campaign_messages m
    where m.message_id = doubt.message_id and ${matching(sql, asked)} offset 0
  ) as m`

const anyOf = (sql: Sql, asked: Asked) => sql`
  from campaign.campaign_messages m
  where ${matching(sql, asked)} ${isIndexed(asked.filter) ? sql`` : withinWindow(sql, asked.filter.before)}`

const source = (sql: Sql, asked: Asked) =>
  isUnknown(asked.filter) && !isIndexed(asked.filter) ? inDoubt(sql, asked) : anyOf(sql, asked)

/** Newest first; one more than the page has. */
export const selectMessages = (sql: Sql, asked: Asked, { limit, offset }: PageRequest) => sql<
  Array<StoryRow>
>`
  select ${storyColumns(sql)} ${source(sql, asked)}
  order by m.message_id desc limit ${limit + 1} offset ${offset}`

export const countMessages = (sql: Sql, asked: Asked) => sql<Array<{ readonly counted: number }>>`
  select count(*) as counted from (select ${source(sql, asked)} limit ${mostCounted + 1}) as counted_rows`
