/** Settle: one statement for many rows. Counters, archive, dead letters and open work are fed from what it really wrote. */

import { type Settlement } from "#src/domain/Settlement.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

import { type SettledRow } from "./Ledger.ts"
import { type Fence } from "./LedgerFence.ts"

/** Rows of one counter, so that the workers of an execution do not queue for it. */
const shards = 16

const outcomeOf = ({ outcome }: Settlement) => (outcome === null || outcome.phase === null ? null : outcome)

const inputSettlements = (sql: Sql, settlements: ReadonlyArray<Settlement>) => {
  const of = <A>(read: (settlement: Settlement) => A) => settlements.map(read)
  return sql`
    select * from unnest(
      ${of((s) => s.message_id)}::uuid[], ${of((s) => s.attempt)}::int[], ${of((s) => s.owner)}::uuid[],
      ${of((s) => s.status)}::text[], ${of((s) => s.reason)}::text[], ${of((s) => s.detail)}::text[],
      ${of((s) => s.retry_at)}::timestamptz[], ${of((s) => s.outcome?.finished_at ?? null)}::timestamptz[],
      ${of((s) => s.outcome?.result ?? null)}::text[], ${of((s) => outcomeOf(s)?.phase ?? null)}::text[],
      ${of((s) => outcomeOf(s)?.provider ?? null)}::text[], ${of((s) => outcomeOf(s)?.provider_code ?? null)}::int[],
      ${of((s) => outcomeOf(s)?.enhanced_code ?? null)}::text[],
      ${of((s) => outcomeOf(s)?.provider_message_id ?? null)}::text[]
    ) as t (message_id, attempt, owner, status, reason, detail, retry_at, finished_at, result, phase, provider,
      provider_code, enhanced_code, provider_message_id)`
}

const inputLetters = (sql: Sql, settlements: ReadonlyArray<Settlement>) => {
  const letters = settlements.flatMap(({ letter, message_id }) =>
    letter === null ? [] : [{ letter, message_id }]
  )
  const of = <A>(read: (one: (typeof letters)[number]) => A) => letters.map(read)
  return sql`
    select * from unnest(
      ${of(({ message_id }) => message_id)}::uuid[], ${of(({ letter }) => letter.dead_letter_id)}::uuid[],
      ${of(({ letter }) => letter.organization_id)}::text[], ${of(({ letter }) => letter.stream)}::text[],
      ${of(({ letter }) => letter.subject)}::text[], ${of(({ letter }) => letter.consumer)}::text[],
      ${of(({ letter }) => letter.reason)}::text[], ${of(({ letter }) => letter.detail)}::text[],
      ${of(({ letter }) => letter.deliveries)}::int[], ${of(({ letter }) => letter.event_id)}::uuid[],
      ${of(({ letter }) => Buffer.from(letter.body).toString("hex"))}::text[],
      ${of(({ letter }) => JSON.stringify(letter.headers))}::text[],
      ${of(({ letter }) => JSON.stringify(letter.history))}::text[],
      ${of(({ letter }) => letter.died_at)}::timestamptz[]
    ) as t (message_id, dead_letter_id, organization_id, stream, subject, consumer, reason, detail, deliveries,
      event_id, body, headers, history, died_at)`
}

interface Bounds {
  readonly first: string | null
  readonly last: string | null
}

/** Written where the row still is as it was found: started by this owner at this attempt, or not started since. */
const writeSettled = (sql: Sql, { first, last }: Bounds) => sql`
      update campaign.campaign_messages m set
        status = v.next,
        reason = case when v.next = v.status then v.reason else 'execution_cancelled' end,
        error_message = v.detail, retry_at = case when v.next = 'retrying' then v.retry_at end,
        attempt_finished_at = coalesce(v.finished_at, m.attempt_finished_at), result = coalesce(v.result, m.result),
        phase = coalesce(v.phase, m.phase), provider = coalesce(v.provider, m.provider),
        provider_code = coalesce(v.provider_code, m.provider_code),
        enhanced_code = coalesce(v.enhanced_code, m.enhanced_code),
        provider_message_id = coalesce(v.provider_message_id, m.provider_message_id),
        sent_at = case when v.next = 'sent' then v.finished_at else m.sent_at end,
        bounced_at = case when v.next = 'bounced' then now() else m.bounced_at end,
        bounce_type = case when v.next = 'bounced' then 'hard' else m.bounce_type end,
        failed_at = case when v.next in ('failed', 'dead') then now() else m.failed_at end,
        settled_at = case when v.next not in ('retrying', 'queued') then now() end
      from verdict v
      where m.message_id = v.message_id
        and m.message_id between ${first}::uuid and ${last}::uuid
        and m.attempt = v.attempt
        and case when v.owner is null then m.status in ('queued', 'retrying')
          else m.status = 'sending' and m.worker = v.owner end
      returning m.message_id, m.organization_id, m.campaign_id, m.execution_id, m.user_id, m.channel_type, m.status,
        m.reason, m.attempt, m.worker, m.attempt_started_at, m.attempt_finished_at, m.phase, m.result, m.provider,
        m.provider_code, m.enhanced_code, m.provider_message_id, m.error_message, m.retry_at, m.settled_at`

/** What a settled row leads to: the archive, counters, dead letters, and what is to be announced. */
const followUps = (sql: Sql, settlements: ReadonlyArray<Settlement>) => sql`
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
    letters as (
      insert into dead_letters (dead_letter_id, organization_id, stream, subject, consumer, reason, detail, deliveries,
        job_id, event_id, body, headers, history, died_at)
      select l.dead_letter_id, l.organization_id, l.stream, l.subject, l.consumer, l.reason, l.detail, l.deliveries,
        l.message_id, l.event_id, decode(l.body, 'hex'), l.headers::jsonb,
        coalesce((select jsonb_agg(to_jsonb(a) - 'message_id' - 'worker' order by a.attempt)
          from campaign.delivery_attempts a where a.message_id = l.message_id), '[]') || l.history::jsonb, l.died_at
      from (${inputLetters(sql, settlements)}) as l join settled using (message_id)
      where settled.status in ('failed', 'bounced', 'dead')
      on conflict do nothing
      returning dead_letter_id
    ),
    letters_to_copy as (
      insert into outbox (kind, stream, keys) select 'dead_letters', 'DLQ', array_agg(dead_letter_id)
      from letters having count(*) > 0
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

/**
 * What would go on is cancelled where its execution is. The last attempt stays in the row, so one that does not end the
 * job is copied to the archive before the next start overwrites it.
 */
export const settleRows = (sql: Sql, settlements: ReadonlyArray<Settlement>, reaches: Fence) => {
  const ids = settlements.map(({ message_id }) => message_id).toSorted()
  const bounds = { first: ids.at(0) ?? null, last: ids.at(-1) ?? null }
  return sql<Array<SettledRow>>`
    with input as materialized (${inputSettlements(sql, settlements)} where ${reaches(sql)}),
    verdict as materialized (
      select input.*,
        case when input.status in ('retrying', 'queued') and x.status = 'cancelled' then 'cancelled'
          else input.status end as next
      from input
      join campaign.campaign_messages m on m.message_id = input.message_id
        and m.message_id between ${bounds.first}::uuid and ${bounds.last}::uuid
      left join campaign.campaign_executions x on x.execution_id = m.execution_id
    ),
    settled as (${writeSettled(sql, bounds)}),
    ${followUps(sql, settlements)}
    select message_id, status, channel_type as channel from settled`
}
