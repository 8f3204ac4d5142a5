/** The statements that count what operators are shown of the whole ledger. Each is bounded in what it looks at. */

import { locks } from "#src/postgres/locks.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

import { type Figure } from "./FigureRepository.ts"

/** Of one kind: beyond this many waiting rows the count says "at least". */
const mostWaiting = 20_000

/** Rows of the register whose messages are looked up for the oldest one. */
const oldestRows = 10

/**
 * Rows that wait to be announced, and since when. One that is announced again waits since it was looked at, not since it
 * was made.
 */
const waiting = (sql: Sql) => sql`
  select unnest(array['outbox_rows', 'outbox_age_seconds']) as name, array[kinds.kind] as labels,
    unnest(array[found.rows, coalesce(extract(epoch from now() - found.since), 0)])::float8 as value
  from unnest(array['jobs', 'events', 'outcomes', 'dead_letters']) as kinds (kind)
  cross join lateral (
    select count(*) as rows, min(greatest(created_at, case when check_at is not null then least(check_at, now()) end)) as since
    from (select created_at, check_at from outbox where outbox.kind = kinds.kind and announced_at is null
      order by outbox_id limit ${mostWaiting}) as oldest
  ) as found`

/**
 * Since when the oldest message that may be sent has waited. No index has the status of messages: the register knows
 * which are open. Its first rows that nobody announced, and those that a look after a minute found open, have the
 * oldest; what is younger than that minute is seen in the streams.
 */
const oldestQueued = (sql: Sql) => sql`
  select 'queued_age_seconds', array[]::text[],
    coalesce(extract(epoch from now() - min(greatest(m.queued_at, m.send_after, m.retry_at))), 0)::float8
  from (
    (select keys from outbox where kind = 'jobs' and announced_at is null
      and coalesce(due_at, '-infinity') <= now() order by outbox_id limit ${oldestRows})
    union all
    (select keys from outbox where kind = 'jobs' and announced_at is not null and checks > 0
      and coalesce(due_at, '-infinity') <= now() order by outbox_id limit ${oldestRows})
  ) as oldest
  cross join unnest(oldest.keys) as k (message_id)
  join campaign.campaign_messages m using (message_id)
  where m.status in ('queued', 'retrying') and greatest(m.queued_at, m.send_after, m.retry_at) <= now()`

export const countWork = (sql: Sql) => sql<Array<Figure>>`
  ${waiting(sql)}
  union all ${oldestQueued(sql)}
  union all
  select 'dead_letters', array[reason], count(*) from dead_letters where state = 'open' group by reason
  union all
  select 'workers', array[role, case when dead_at is not null then 'dead'
    when beat_at < now() - interval '15 seconds' then 'silent' else 'alive' end], count(*)
  from workers group by 2`

/**
 * Of all organizations, in one snapshot, from two sources: what planning counted, and the rows. It reads every message
 * that is kept: sums written along with each status would cost every settle a shared row, and could not show a bug in
 * themselves.
 */
export const countBalance = (sql: Sql) => sql<Array<Figure>>`
  select 'planned' as name, array[]::text[] as labels, coalesce(sum(counted), 0)::float8 as value from (
    select sum(jobs_count) as counted from event_keys where execution_id is null
    union all select sum(planned) from ledger_totals
  ) as sources
  union all
  select 'messages', array[status], sum(count)::float8 from (
    select status, count(*) as count from campaign.campaign_messages where execution_id is null group by status
    union all select status, count from settled_totals where execution_id = ''
  ) as rows_and_totals group by status`

export const storedFigures = (sql: Sql, name: string) => sql<
  Array<{ readonly figures: unknown; readonly isFresh: boolean }>
>`
  select figures, tried_at > now() - greatest(5, 20 * took_seconds) * interval '1 second' as "isFresh"
  from ledger_figures where name = ${name}`

/** Counted by whoever comes first; the others use what was there. */
export const tryFigureLock = (sql: Sql, name: string) => sql<Array<{ readonly mine: boolean }>>`
  select pg_try_advisory_xact_lock(${locks.figures}, hashtext(${name})) as mine`

export const storeFigures = (sql: Sql, name: string, figures: ReadonlyArray<Figure>) => sql`
  insert into ledger_figures (name, figures, took_seconds, counted_at, tried_at)
  values (${name}, ${JSON.stringify(figures)}::text::jsonb,
    extract(epoch from clock_timestamp() - now()), clock_timestamp(), clock_timestamp())
  on conflict (name) do update set figures = excluded.figures, took_seconds = excluded.took_seconds,
    counted_at = excluded.counted_at, tried_at = excluded.tried_at`

/** What was counted before stays. */
export const storeFailure = (sql: Sql, name: string, took_seconds: number) => sql`
  insert into ledger_figures (name, figures, took_seconds, counted_at)
  values (${name}, '[]', ${took_seconds}::float8, null)
  on conflict (name) do update set took_seconds = excluded.took_seconds, tried_at = excluded.tried_at`

export const figureAges = (sql: Sql) => sql<Array<Figure>>`
  select 'figures_age_seconds' as name, array[name]::text[] as labels,
    extract(epoch from now() - counted_at)::float8 as value
  from ledger_figures where counted_at is not null`
