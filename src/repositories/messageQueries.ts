/** Load and start, and the reads of recovery and the relay. Ids come sorted, with their bounds, so that partitions are pruned. */

import { type JobId, type WorkerId } from "#schemas/Ids.ts"
import { type Judgement, type MessageRow, type ProfileRow } from "#schemas/rows/MessageRow.ts"
import { type FoundRow } from "#src/domain/decide.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

import { judgement } from "./judgement.ts"
import { type LoadedJob, type ReadyJob, type StartedJob } from "./Ledger.ts"
import { type Fence } from "./LedgerFence.ts"

/** `m` between the least and the greatest id: what lets the planner skip months. */
const within = (sql: Sql, ids: ReadonlyArray<string>) => {
  const sorted = ids.toSorted()
  return sql`m.message_id between ${sorted.at(0) ?? null}::uuid and ${sorted.at(-1) ?? null}::uuid`
}

/** The members of `MessageRow`. */
export const messageColumns = (sql: Sql) => sql`
  m.message_id, m.organization_id, m.event_id, m.campaign_id, m.execution_id, m.user_id, m.channel_type,
  case when m.contact_source = 'event' then m.recipient_address end as recipient_address, m.template_code, m.locale,
  m.data, m.message_class, m.priority, m.status, m.attempt, m.max_attempts, m.retry_delays_seconds, m.send_after,
  m.expires_at, m.retry_at, m.worker, m.attempt_started_at, m.queued_at, m.traceparent, m.generation`

interface JudgedRow extends MessageRow {
  readonly hint_id: JobId
  readonly judgement: Judgement
  readonly profile: ProfileRow | null
}

export const loadRows = (sql: Sql, ids: ReadonlyArray<JobId>, reaches: Fence) => sql<Array<JudgedRow>>`
  select hint.message_id as hint_id, ${judgement(sql)} as judgement, ${messageColumns(sql)},
    case when p.user_id is not null then (
      select to_jsonb(r) from (select p.email, p.phone, p.first_name, p.last_name, p.locale, p.timezone, p.attributes) as r
    ) end as profile
  from (
    select message_id, null::text as address_hash from unnest(${ids.toSorted()}::uuid[]) as u (message_id)
    where ${reaches(sql)}
  ) as hint
  left join campaign.campaign_messages m on m.message_id = hint.message_id and ${within(sql, ids)}
  left join campaign.campaign_executions x on x.execution_id = m.execution_id
  left join profiles p on p.organization_id = m.organization_id and p.user_id = m.user_id`

/**
 * Where the judgement is `missing` all columns of the row are null. The row is not copied without what is beside it: that
 * would be a twentieth of all that a job costs this process.
 */
export const toLoaded = (row: JudgedRow): LoadedJob => ({
  message_id: row.hint_id,
  judgement: row.judgement,
  profile: row.profile,
  row: row.judgement === "missing" ? null : row
})

/**
 * A row that has had another attempt, or was put back, since it was loaded is left to the hint of that attempt: so the attempt that a start
 * made is known even where its answer was lost, and `giveBack` finds it.
 */
export const startRows = (
  sql: Sql,
  jobs: ReadonlyArray<ReadyJob>,
  { reaches, worker }: { readonly worker: WorkerId; readonly reaches: Fence }
) => {
  const sorted = jobs.toSorted((a, b) => (a.message_id < b.message_id ? -1 : 1))
  const of = <A>(read: (job: ReadyJob) => A) => sorted.map(read)
  const ids = of(({ message_id }) => message_id)
  return sql<Array<StartedJob>>`
    with hint as materialized (
      select * from unnest(${ids}::uuid[], ${of(({ address }) => address)}::text[],
        ${of(({ address_hash }) => address_hash)}::text[], ${of(({ contact_source }) => contact_source)}::text[],
        ${of(({ template_version }) => template_version)}::int[], ${of(({ locale }) => locale)}::text[],
        ${of(({ title }) => title)}::text[], ${of(({ attempt }) => attempt)}::int[],
        ${of(({ generation }) => generation)}::int[]
      ) as t (message_id, address, address_hash, contact_source, template_version, locale, title, loaded_attempt,
        loaded_generation)
      where ${reaches(sql)}
    ),
    judged as materialized (
      select hint.*, ${judgement(sql)} as judgement, m.attempt, coalesce(m.retry_at, m.send_after) as due_at
      from hint
      left join campaign.campaign_messages m on m.message_id = hint.message_id and ${within(sql, ids)}
      left join campaign.campaign_executions x on x.execution_id = m.execution_id
      left join profiles p on p.organization_id = m.organization_id and p.user_id = m.user_id
    ),
    started as (
      update campaign.campaign_messages m set
        status = 'sending', attempt = m.attempt + 1, worker = ${worker}::uuid, attempt_started_at = clock_timestamp(),
        recipient_address = j.address, contact_source = j.contact_source, template_version = j.template_version,
        locale = j.locale, title = j.title, retry_at = null, attempt_finished_at = null, phase = null, result = null,
        provider = null, provider_code = null, enhanced_code = null, provider_message_id = null, error_message = null,
        reason = null
      from judged j
      where m.message_id = j.message_id and ${within(sql, ids)} and j.judgement = 'sending'
        and m.status in ('queued', 'retrying') and m.attempt = j.loaded_attempt and m.generation = j.loaded_generation
      returning m.message_id, m.attempt
    )
    select j.message_id, coalesce(s.attempt, j.attempt, 0) as attempt, j.due_at,
      case when j.judgement = 'sending' and s.message_id is null then 'skip' else j.judgement end as judgement
    from judged j left join started s using (message_id)`
}

export const giveBack = (sql: Sql, jobs: ReadonlyArray<ReadyJob>, worker: WorkerId) => {
  const ids = jobs.map(({ message_id }) => message_id)
  return sql<Array<{ readonly message_id: JobId }>>`
    update campaign.campaign_messages m set
      status = 'queued', attempt = m.attempt - 1, worker = null, attempt_started_at = null
    from unnest(${ids}::uuid[], ${jobs.map(({ attempt }) => attempt)}::int[]) as v (message_id, attempt)
    where m.message_id = v.message_id and ${within(sql, ids)}
      and m.status = 'sending' and m.worker = ${worker}::uuid and m.attempt = v.attempt + 1
    returning m.message_id`
}

/** Found like `lostRows`. */
export const sendingRows = (sql: Sql, worker: WorkerId, limit: number) => sql<Array<MessageRow>>`
  select distinct on (m.message_id) ${messageColumns(sql)}
  from outbox o cross join unnest(o.keys) as k (message_id)
  join campaign.campaign_messages m using (message_id)
  where o.kind = 'jobs' and m.status = 'sending' and m.worker = ${worker}::uuid
  order by m.message_id limit ${limit}`

/** Found through the register of open work: the ledger has no index on statuses. */
export const lostRows = (sql: Sql, limit: number) => sql<Array<MessageRow>>`
  select distinct on (m.message_id) ${messageColumns(sql)}
  from outbox o cross join unnest(o.keys) as k (message_id)
  join campaign.campaign_messages m using (message_id)
  where o.kind = 'jobs' and m.status = 'sending'
    and not exists (select from workers w where w.worker_id = m.worker and w.dead_at is null)
  order by m.message_id limit ${limit}`

/** Of a restored ledger: those that could have been started since. What is due later could not. */
export const inDoubtRows = (sql: Sql, register: ReadonlyArray<number>) => sql<Array<MessageRow>>`
  select distinct on (m.message_id) ${messageColumns(sql)}
  from outbox o cross join unnest(o.keys) as k (message_id)
  join campaign.campaign_messages m using (message_id)
  where o.outbox_id = any(${register}::bigint[]) and m.message_class = 'campaign'
    and (m.status = 'sending'
      or m.status in ('queued', 'retrying') and coalesce(m.retry_at, m.send_after, '-infinity') <= now())
  order by m.message_id`

export const openRows = (sql: Sql, ids: ReadonlyArray<string>) => sql<Array<MessageRow>>`
  select ${messageColumns(sql)}
  from campaign.campaign_messages m
  where m.message_id = any(${ids.toSorted()}::uuid[]) and ${within(sql, ids)}
    and m.status in ('queued', 'retrying', 'sending')`

/** Whatever their status. */
export const findRows = (sql: Sql, ids: ReadonlyArray<string>) => sql<Array<FoundRow>>`
  select ${messageColumns(sql)}, coalesce(x.status = 'cancelled', false) as is_cancelled
  from campaign.campaign_messages m
  left join campaign.campaign_executions x on x.execution_id = m.execution_id
  where m.message_id = any(${ids.toSorted()}::uuid[]) and ${within(sql, ids)}`

/**
 * How often JetStream gave up on hints of this job, this one included. Whoever asks again about the same hint gets the
 * same answer: it is counted by its sequence.
 */
export const countExhaustion = (sql: Sql, id: JobId, sequence: number) => sql<
  Array<{ readonly exhaustions: number }>
>`
  update campaign.campaign_messages m set
    metadata = jsonb_set(m.metadata, '{exhausted}', case
      when m.metadata -> 'exhausted' @> to_jsonb(${sequence}::bigint) then m.metadata -> 'exhausted'
      else coalesce(m.metadata -> 'exhausted', '[]') || to_jsonb(${sequence}::bigint) end)
  where m.message_id = ${id}::uuid
  returning jsonb_array_length(m.metadata -> 'exhausted') as exhaustions`
