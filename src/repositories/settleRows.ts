/** Settle: one statement for many rows, and for all that follows from what it really wrote. */

import { type Settlement } from "#src/domain/Settlement.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

import { followUps } from "./followUps.ts"
import { type SettledRow } from "./Ledger.ts"
import { type Fence } from "./LedgerFence.ts"

const outcomeOf = ({ outcome }: Settlement) => (outcome === null || outcome.phase === null ? null : outcome)

const inputSettlements = (sql: Sql, settlements: ReadonlyArray<Settlement>) => {
  const of = <A>(read: (settlement: Settlement) => A) => settlements.map(read)
  return sql`
    select * from unnest(
      ${of((s) => s.message_id)}::uuid[], ${of((s) => s.attempt)}::int[], ${of((s) => s.generation)}::int[],
      ${of((s) => s.owner)}::uuid[],
      ${of((s) => s.status)}::text[], ${of((s) => s.reason)}::text[], ${of((s) => s.detail)}::text[],
      ${of((s) => s.retry_at)}::timestamptz[], ${of((s) => s.outcome?.finished_at ?? null)}::timestamptz[],
      ${of((s) => s.outcome?.result ?? null)}::text[], ${of((s) => outcomeOf(s)?.phase ?? null)}::text[],
      ${of((s) => outcomeOf(s)?.provider ?? null)}::text[], ${of((s) => outcomeOf(s)?.provider_code ?? null)}::int[],
      ${of((s) => outcomeOf(s)?.enhanced_code ?? null)}::text[],
      ${of((s) => outcomeOf(s)?.provider_message_id ?? null)}::text[]
    ) as t (message_id, attempt, generation, owner, status, reason, detail, retry_at, finished_at, result, phase, provider,
      provider_code, enhanced_code, provider_message_id)`
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
        and m.attempt = v.attempt and m.generation = v.generation
        and case when v.owner is null then m.status in ('queued', 'retrying')
          else m.status = 'sending' and m.worker = v.owner end
      returning m.message_id, m.organization_id, m.campaign_id, m.execution_id, m.user_id, m.channel_type, m.status,
        m.reason, m.attempt, m.worker, m.attempt_started_at, m.attempt_finished_at, m.phase, m.result, m.provider,
        m.provider_code, m.enhanced_code, m.provider_message_id, m.error_message, m.retry_at, m.settled_at`

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
    ${followUps(
      sql,
      settlements.flatMap(({ letter }) => letter ?? [])
    )}
    select message_id, status, channel_type as channel from settled`
}
