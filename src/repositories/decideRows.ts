/** Decide: what operators say about messages, in one statement with all that follows from it. */

import { type Decision } from "#src/domain/Decision.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

import { followUps, shards } from "./followUps.ts"
import { type SettledRow } from "./Ledger.ts"
import { type Fence } from "./LedgerFence.ts"

const inputDecisions = (sql: Sql, decisions: ReadonlyArray<Decision>) => {
  const of = <A>(read: (decision: Decision) => A) => decisions.map(read)
  return sql`
    select * from unnest(
      ${of(({ settlement }) => settlement.message_id)}::uuid[], ${of(({ settlement }) => settlement.attempt)}::int[],
      ${of(({ settlement }) => settlement.generation)}::int[], ${of(({ from }) => from)}::text[],
      ${of(({ settlement }) => settlement.status)}::text[], ${of(({ settlement }) => settlement.reason)}::text[],
      ${of(({ settlement }) => settlement.detail)}::text[], ${of((one) => one.max_attempts)}::int[],
      ${of(({ act }) => act)}::text[], ${of((one) => one.dead_letter_id)}::uuid[], ${of(({ by }) => by)}::text[],
      ${of(({ note }) => note)}::text[]
    ) as t (message_id, attempt, generation, from_status, status, reason, detail, max_attempts, act, dead_letter_id,
      decided_by, note)`
}

/**
 * Letters are locked first: of two who answer one letter the second finds it answered. What would go on is cancelled where
 * its execution is; a letter of such a job stays as it is.
 */
const verdicts = (sql: Sql, decisions: ReadonlyArray<Decision>) => {
  const ids = decisions.map(({ settlement }) => settlement.message_id).toSorted()
  return sql`
    open_letters as materialized (
      select dead_letter_id from dead_letters
      where dead_letter_id in (select dead_letter_id from input) and state = 'open'
      order by dead_letter_id for update
    ),
    verdict as materialized (
      select input.*, m.reason as from_reason, m.settled_at as from_at, m.error_message as from_message,
        case when input.status = 'queued' and x.status = 'cancelled' then 'cancelled' else input.status end as next
      from input
      join campaign.campaign_messages m on m.message_id = input.message_id
        and m.message_id between ${ids.at(0) ?? null}::uuid and ${ids.at(-1) ?? null}::uuid
      left join campaign.campaign_executions x on x.execution_id = m.execution_id
      where input.dead_letter_id is null
        or input.dead_letter_id in (select dead_letter_id from open_letters) and x.status is distinct from 'cancelled'
    )`
}

/** The attempt that the row keeps is archived by what follows, with the words that it had: so these are returned. */
const writeDecided = (sql: Sql) => sql`
      update campaign.campaign_messages m set
        status = v.next, generation = m.generation + case when v.next = 'queued' then 1 else 0 end,
        max_attempts = v.max_attempts, error_message = v.detail, retry_at = null,
        reason = case when v.next = v.status then v.reason else 'execution_cancelled' end,
        metadata = m.metadata - 'exhausted',
        sent_at = case when v.next = 'sent' then now() end,
        failed_at = case when v.next = 'failed' then now() end, bounced_at = null, bounce_type = null,
        settled_at = case when v.next <> 'queued' then now() end
      from verdict v
      where m.message_id = v.message_id and m.status = v.from_status and m.attempt = v.attempt
        and m.generation = v.generation
      returning m.message_id, m.organization_id, m.campaign_id, m.execution_id, m.user_id, m.channel_type, m.status,
        m.reason, m.attempt, m.worker, m.attempt_started_at, m.attempt_finished_at, m.phase, m.result, m.provider,
        m.provider_code, m.enhanced_code, m.provider_message_id, v.from_message as error_message, m.retry_at,
        m.settled_at`

/** Counters lose what they had counted; whoever reads the story finds the decision and what was there before it. */
const record = (sql: Sql) => sql`
    decided as materialized (
      select v.*, settled.status as now_status, settled.organization_id, settled.execution_id
      from settled join verdict v using (message_id)
    ),
    uncounted as (
      insert into campaign.execution_counters (execution_id, shard, status, count)
      select execution_id, pg_backend_pid() % ${shards}, from_status, -count(*)
      from decided where execution_id is not null
      group by execution_id, from_status order by execution_id, from_status
      on conflict (execution_id, shard, status) do update set count = execution_counters.count + excluded.count
    ),
    noted as (
      insert into campaign.operator_decisions (message_id, decided_at, act, attempt, status, from_status, from_reason, from_at,
        dead_letter_id, decided_by, note)
      select message_id, now(), act, attempt, now_status, from_status, from_reason, from_at, dead_letter_id, decided_by,
        note
      from decided
    ),
    out_of_doubt as (
      delete from campaign.deliveries_in_doubt d using decided
      where d.organization_id = decided.organization_id and d.message_id = decided.message_id
    ),
    answered as (
      update dead_letters l set state = 'replayed', decided_at = now(), decided_by = decided.decided_by
      from decided where l.dead_letter_id = decided.dead_letter_id
    )`

export const decideRows = (sql: Sql, decisions: ReadonlyArray<Decision>, reaches: Fence) => sql<
  Array<SettledRow>
>`
  with input as materialized (${inputDecisions(sql, decisions)} where ${reaches(sql)}),
  ${verdicts(sql, decisions)},
  settled as (${writeDecided(sql)}),
  ${record(sql)},
  ${followUps(
    sql,
    decisions.flatMap(({ settlement }) => settlement.letter ?? [])
  )}
  select message_id, status, channel_type as channel from settled`
