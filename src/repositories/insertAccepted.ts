/** One statement for many events: what is new among them is recorded with everything that follows from it. */

import { type Sql } from "#src/postgres/Postgres.ts"

import { type AcceptedEvent } from "./EventRepository.ts"
import { type Fence } from "./LedgerFence.ts"

/** A Postgres array literal, since the lists of a batch differ in length and an array of arrays may not. */
const intArray = (values: ReadonlyArray<number> | null): string | null =>
  values === null ? null : `{${values.join(",")}}`

/** What templates read of the event: the payload, over the members of the envelope that we do not know. */
const dataOf = ({ event }: AcceptedEvent): string =>
  JSON.stringify({ ...event.extra, ...event.envelope.payload })

const inputEvents = (sql: Sql, events: ReadonlyArray<AcceptedEvent>) => {
  const of = <A>(read: (event: AcceptedEvent) => A) => events.map(read)
  return sql`
    select * from unnest(
      ${of(({ event }) => event.organizationId)}::text[], ${of(({ event }) => event.envelope.event_id)}::uuid[],
      ${of(({ bodyHash }) => bodyHash)}::text[], ${of(({ event }) => event.acceptedAt)}::timestamptz[],
      ${of(({ jobs }) => jobs.length)}::int[], ${of(({ event }) => event.envelope.event_type)}::text[],
      ${of(({ event }) => event.envelope.source)}::text[], ${of(({ event }) => event.envelope.occurred_at)}::timestamptz[],
      ${of(({ via }) => via)}::text[], ${of(({ event }) => JSON.stringify(event.envelope.payload))}::text[],
      ${of(({ event }) => JSON.stringify(event.extra))}::text[],
      ${of(({ event }) => JSON.stringify(event.envelope.delivery ?? null))}::text[],
      ${of(({ traceparent }) => traceparent)}::text[], ${of(dataOf)}::text[]
    ) as t (organization_id, event_id, body_hash, accepted_at, jobs_count, event_type, source, occurred_at, via,
      payload, extra, delivery, traceparent, data)`
}

const inputJobs = (sql: Sql, events: ReadonlyArray<AcceptedEvent>) => {
  const jobs = events.flatMap(({ event, jobs }) => jobs.map((job) => ({ event, job })))
  const of = <A>(read: (one: (typeof jobs)[number]) => A) => jobs.map(read)
  return sql`
    select * from unnest(
      ${of(({ event }) => event.organizationId)}::text[], ${of(({ event }) => event.envelope.event_id)}::uuid[],
      ${of(({ job }) => job.job_id)}::uuid[], ${of(({ job }) => job.user_id)}::text[],
      ${of(({ job }) => job.channel)}::text[], ${of(({ job }) => job.address)}::text[],
      ${of(({ job }) => job.template_code)}::text[], ${of(({ job }) => job.locale)}::text[],
      ${of(({ job }) => job.message_class)}::text[], ${of(({ job }) => job.priority)}::text[],
      ${of(({ job }) => job.max_attempts)}::int[], ${of(({ job }) => intArray(job.retry_delays_seconds))}::text[],
      ${of(({ job }) => job.send_after)}::timestamptz[], ${of(({ job }) => job.expires_at)}::timestamptz[]
    ) as t (organization_id, event_id, message_id, user_id, channel_type, address, template_code, locale,
      message_class, priority, max_attempts, retry_delays_seconds, send_after, expires_at)`
}

const inputProfiles = (sql: Sql, events: ReadonlyArray<AcceptedEvent>) => {
  const changes = events.flatMap(({ event, profile }) => (profile === null ? [] : [{ event, profile }]))
  const of = <A>(read: (one: (typeof changes)[number]) => A) => changes.map(read)
  return sql`
    select * from unnest(
      ${of(({ event }) => event.organizationId)}::text[], ${of(({ event }) => event.envelope.event_id)}::uuid[],
      ${of(({ event }) => event.envelope.occurred_at)}::timestamptz[],
      ${of(({ profile }) => profile.user_id)}::text[], ${of(({ profile }) => profile.email)}::text[],
      ${of(({ profile }) => profile.phone)}::text[], ${of(({ profile }) => profile.first_name)}::text[],
      ${of(({ profile }) => profile.last_name)}::text[], ${of(({ profile }) => profile.locale)}::text[],
      ${of(({ profile }) => profile.timezone)}::text[],
      ${of(({ profile }) => JSON.stringify(profile.attributes))}::text[]
    ) as t (organization_id, event_id, occurred_at, user_id, email, phone, first_name, last_name, locale, timezone,
      attributes)`
}

/** What was said last of it, by whoever said something: several events of a batch may be about one person. */
const newest = (sql: Sql, column: string) =>
  sql`(array_agg(${sql(column)} order by occurred_at desc, event_id desc) filter (where ${sql(column)} is not null))[1]`

/** What the new events say of people goes over what was known; what they do not say stays. */
const mergeProfiles = (sql: Sql, events: ReadonlyArray<AcceptedEvent>) => sql`
  said as materialized (
    select profile.* from (${inputProfiles(sql, events)}) as profile join new_keys using (organization_id, event_id)
  ),
  said_attributes as (
    select organization_id, user_id, jsonb_object_agg(key, value order by occurred_at, event_id) as attributes
    from said cross join jsonb_each(said.attributes::jsonb) group by organization_id, user_id
  ),
  people as (
    insert into profiles (organization_id, user_id, email, phone, first_name, last_name, locale, timezone, attributes)
    select organization_id, user_id, ${newest(sql, "email")}, ${newest(sql, "phone")}, ${newest(sql, "first_name")},
      ${newest(sql, "last_name")}, ${newest(sql, "locale")}, ${newest(sql, "timezone")},
      coalesce((array_agg(a.attributes))[1], '{}')
    from said left join said_attributes a using (organization_id, user_id)
    group by organization_id, user_id order by organization_id, user_id
    on conflict (organization_id, user_id) do update set
      email = coalesce(excluded.email, profiles.email), phone = coalesce(excluded.phone, profiles.phone),
      first_name = coalesce(excluded.first_name, profiles.first_name),
      last_name = coalesce(excluded.last_name, profiles.last_name),
      locale = coalesce(excluded.locale, profiles.locale),
      timezone = coalesce(excluded.timezone, profiles.timezone),
      attributes = profiles.attributes || excluded.attributes, updated_at = now()
  )`

/**
 * Answers the keys that are new. `on conflict do nothing` decides between concurrent calls, and the sorted insert
 * keeps them from waiting for each other in a circle; all the rest joins what it returned.
 */
export const insertAccepted = (sql: Sql, events: ReadonlyArray<AcceptedEvent>, reaches: Fence) => sql<
  Array<{ organization_id: string; event_id: string }>
>`
  with input as materialized (${inputEvents(sql, events)} where ${reaches(sql)}),
  new_keys as (
    insert into event_keys (organization_id, event_id, body_hash, accepted_at, jobs_count)
    select organization_id, event_id, decode(body_hash, 'hex'), accepted_at, jobs_count
    from input order by organization_id, event_id
    on conflict do nothing
    returning organization_id, event_id
  ),
  fresh as materialized (select * from input join new_keys using (organization_id, event_id)),
  new_events as (
    insert into events (organization_id, event_id, event_type, source, occurred_at, accepted_at, via, payload, extra,
      delivery, status, jobs_count, traceparent)
    select organization_id, event_id, event_type, source, occurred_at, accepted_at, via, payload::jsonb, extra::jsonb,
      nullif(delivery::jsonb, 'null'), 'planned', jobs_count, traceparent
    from fresh
  ),
  ${mergeProfiles(sql, events)},
  new_jobs as (
    insert into campaign.campaign_messages (message_id, organization_id, event_id, user_id, channel_type,
      recipient_address, contact_source, template_code, locale, data, message_class, priority, max_attempts,
      retry_delays_seconds, send_after, expires_at, traceparent)
    select message_id, organization_id, event_id, user_id, channel_type,
      address, case when address is not null then 'event' end, template_code, locale, fresh.data::jsonb,
      message_class, priority, max_attempts,
      retry_delays_seconds::int[], send_after, expires_at, traceparent
    from (${inputJobs(sql, events)}) as job join fresh using (organization_id, event_id)
    order by message_id
    on conflict do nothing
    returning message_id, channel_type, send_after
  ),
  open_jobs as (
    insert into outbox (kind, stream, keys, due_at)
    select 'jobs', 'JOBS_' || upper(channel_type), array_agg(message_id),
      case when bool_and(send_after is not null) then min(send_after) end
    from new_jobs group by channel_type
  ),
  to_relay as (
    insert into outbox (kind, stream, keys, organizations)
    select 'events', 'EVENTS', array_agg(event_id), array_agg(organization_id)
    from fresh where via = 'http' having count(*) > 0
  )
  select organization_id, event_id from new_keys`
