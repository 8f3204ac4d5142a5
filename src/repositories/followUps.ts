/** What follows from a settled row, in the same statement: fed by what it really wrote, never by what was asked. */

import { type DeadLetter } from "#schemas/DeadLetter.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

/** Rows of one counter, so that the workers of an execution do not queue for it. */
export const shards = 16

const inputLetters = (sql: Sql, letters: ReadonlyArray<DeadLetter>) => {
  const of = <A>(read: (letter: DeadLetter) => A) => letters.map(read)
  return sql`
    select * from unnest(
      ${of(({ job_id }) => job_id)}::uuid[], ${of((letter) => letter.dead_letter_id)}::uuid[],
      ${of((letter) => letter.organization_id)}::text[], ${of((letter) => letter.stream)}::text[],
      ${of((letter) => letter.subject)}::text[], ${of((letter) => letter.consumer)}::text[],
      ${of((letter) => letter.reason)}::text[], ${of((letter) => letter.detail)}::text[],
      ${of((letter) => letter.deliveries)}::int[], ${of((letter) => letter.event_id)}::uuid[],
      ${of((letter) => Buffer.from(letter.body).toString("hex"))}::text[],
      ${of((letter) => JSON.stringify(letter.headers))}::text[],
      ${of((letter) => letter.died_at)}::timestamptz[]
    ) as t (message_id, dead_letter_id, organization_id, stream, subject, consumer, reason, detail, deliveries,
      event_id, body, headers, died_at)`
}

/** Every attempt of a dead job, oldest first: the archive's, and the one that the row itself keeps where no one has archived it. */
const history = (sql: Sql) => sql`
        coalesce((
          select jsonb_agg(to_jsonb(tried) order by tried.attempt) from (
            select attempt, started_at, finished_at, phase, result, provider, provider_code, enhanced_code,
              provider_message, provider_message_id, retry_at
            from campaign.delivery_attempts a where a.message_id = l.message_id
            union all
            select settled.attempt, settled.attempt_started_at, settled.attempt_finished_at, settled.phase,
              settled.result, settled.provider, settled.provider_code, settled.enhanced_code, settled.error_message,
              settled.provider_message_id, null
            where settled.result is not null and not exists (select from campaign.delivery_attempts a
              where a.message_id = l.message_id and a.attempt = settled.attempt)
          ) as tried), '[]')`

/**
 * The letters of those rows of `settled` that are dead.
 *
 * @param letters one whose row was not written is not written either
 */
export const buryJobs = (sql: Sql, letters: ReadonlyArray<DeadLetter>) => sql`
    letters as (
      insert into dead_letters (dead_letter_id, organization_id, stream, subject, consumer, reason, detail, deliveries,
        job_id, event_id, body, headers, history, died_at)
      select l.dead_letter_id, l.organization_id, l.stream, l.subject, l.consumer, l.reason, l.detail, l.deliveries,
        l.message_id, l.event_id, decode(l.body, 'hex'), l.headers::jsonb,
        ${history(sql)}, l.died_at
      from (${inputLetters(sql, letters)}) as l join settled using (message_id)
      where settled.status in ('failed', 'bounced', 'dead')
      on conflict do nothing
      returning dead_letter_id
    ),
    letters_to_copy as (
      insert into outbox (kind, stream, keys) select 'dead_letters', 'DLQ', array_agg(dead_letter_id)
      from letters having count(*) > 0
    )`

/**
 * What each row of `settled` leads to, which is the rows as they are now: the archive, counters, dead letters, the register
 * of what is in doubt, and what is to be announced.
 *
 * @param letters of those that will never be sent; one whose row was not written is not written either
 */
export const followUps = (sql: Sql, letters: ReadonlyArray<DeadLetter>) => sql`
    archived as (
      insert into campaign.delivery_attempts (message_id, attempt, worker, started_at, finished_at, phase, result,
        provider, provider_code, enhanced_code, provider_message, provider_message_id, retry_at)
      select message_id, attempt, worker, attempt_started_at, attempt_finished_at, phase, result, provider,
        provider_code, enhanced_code, error_message, provider_message_id, retry_at
      from settled where status in ('retrying', 'queued') and result is not null
      on conflict do nothing
    ),
    counted as (
      insert into campaign.execution_counters (execution_id, shard, status, count)
      select execution_id, pg_backend_pid() % ${shards}, status, count(*)
      from settled where execution_id is not null and status not in ('retrying', 'queued')
      group by execution_id, status order by execution_id, status
      on conflict (execution_id, shard, status) do update set count = execution_counters.count + excluded.count
    ),
    ${buryJobs(sql, letters)},
    in_doubt as (
      insert into campaign.deliveries_in_doubt (organization_id, message_id)
      select organization_id, message_id from settled where status = 'unknown'
      on conflict do nothing
    ),
    open_jobs as (
      insert into outbox (kind, stream, keys, due_at)
      select 'jobs', 'JOBS_' || upper(channel_type), array_agg(message_id),
        case when bool_and(retry_at is not null) then min(retry_at) end
      from settled where status in ('retrying', 'queued') group by channel_type
    ),
    outcomes as (
      insert into outbox (kind, stream, keys, entries)
      select 'outcomes', 'OUTCOMES', array_agg(message_id), jsonb_agg(jsonb_build_object(
        'organization_id', organization_id, 'campaign_id', campaign_id, 'execution_id', execution_id,
        'message_id', message_id, 'user_id', user_id, 'channel', channel_type, 'status', status, 'reason', reason,
        'attempt', attempt, 'at', to_char(settled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
      from settled where status not in ('retrying', 'queued') having count(*) > 0
    )`
