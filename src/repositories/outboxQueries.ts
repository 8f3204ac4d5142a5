/** The statements of the register of open work. */

import { Duration } from "effect"

import { type Instant } from "#schemas/Instant.ts"
import { type Outcome } from "#schemas/Outcome.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

import { type Fence } from "./LedgerFence.ts"

export const outboxKinds = ["jobs", "events", "outcomes", "dead_letters"] as const
export type OutboxKind = (typeof outboxKinds)[number]

export interface OutboxRow {
  readonly outbox_id: number
  readonly kind: OutboxKind
  readonly stream: string
  readonly keys: ReadonlyArray<string>
  /** Outcomes only, in the order of the keys. */
  readonly entries: ReadonlyArray<Outcome> | null
  readonly organizations: ReadonlyArray<string> | null
  readonly due_at: Instant | null
  /** Until when it is leased: names this lease and no later one. */
  readonly lease: string
}

/** What names a row and the lease that was taken on it. */
export type Leased = Pick<OutboxRow, "outbox_id" | "lease">

/** What was leased by a process that died is free again after this. */
const lease = Duration.seconds(30)

/** The oldest that no one has announced or is announcing. */
export const leaseRows = (
  sql: Sql,
  { kind, limit }: { readonly kind: OutboxKind; readonly limit: number },
  reaches: Fence
) => sql<Array<OutboxRow>>`
  update outbox set leased_until = now() + make_interval(secs => ${Duration.toSeconds(lease)})
  where outbox_id in (
    select outbox_id from outbox
    where ${reaches(sql)} and kind = ${kind} and announced_at is null and coalesce(leased_until, '-infinity') <= now()
    order by outbox_id limit ${limit} for update skip locked)
  returning outbox_id, kind, stream, keys, entries, organizations, due_at, leased_until::text as lease`

/** Only while the lease is still ours: one that has run out, or was revoked by a loss, is somebody else's word. */
const ours = (sql: Sql, leased: ReadonlyArray<Leased>) => {
  const ids = leased.map(({ outbox_id }) => outbox_id)
  return sql`outbox_id = any(${ids}::bigint[]) and (outbox_id, leased_until) in (
    select * from unnest(${ids}::bigint[], ${leased.map(({ lease }) => lease)}::text[]::timestamptz[]))`
}

/**
 * Looked at again after 60 s, doubling to 600 s, or when the first of them is due. A lost `announced_at` only repeats an
 * announcement, so its commit need not wait for the disk.
 */
export const markAnnounced = (sql: Sql, leased: ReadonlyArray<Leased>) => sql`
  with lazily as (select set_config('synchronous_commit', 'off', true))
  update outbox set announced_at = now(), leased_until = null,
    check_at = greatest(now() + least(60 * (2 ^ least(checks, 4)), 600) * interval '1 second', due_at)
  from lazily where ${ours(sql, leased)}`

export const releaseRows = (sql: Sql, leased: ReadonlyArray<Leased>) => sql`
  update outbox set leased_until = null where ${ours(sql, leased)}`

/**
 * What is not a job needs no second look: its stream has acknowledged it, and nothing was lost since. A row is due later
 * only where all of its jobs are: one that may go at once has no instant, and must not wait for the others'.
 */
export const reconcileRows = (sql: Sql, limit: number) => sql<Array<{ readonly outbox_id: number }>>`
  with due as materialized (
    select outbox_id, kind, keys from outbox
    where announced_at is not null and check_at <= now()
    order by check_at limit ${limit} for update skip locked
  ),
  open as materialized (
    select due.outbox_id, array_agg(m.message_id) as keys,
      case when bool_and(coalesce(m.retry_at, m.send_after, '-infinity') > now())
        then min(coalesce(m.retry_at, m.send_after)) end as due_at
    from due cross join unnest(due.keys) as k (message_id)
    join campaign.campaign_messages m using (message_id)
    where due.kind = 'jobs' and m.status in ('queued', 'retrying', 'sending')
    group by due.outbox_id
  ),
  emptied as (
    delete from outbox o using due
    where o.outbox_id = due.outbox_id and not exists (select from open where open.outbox_id = o.outbox_id)
  ),
  again as (
    update outbox o set keys = open.keys, due_at = open.due_at, announced_at = null, leased_until = null,
      checks = o.checks + 1
    from open where o.outbox_id = open.outbox_id
  )
  select outbox_id from due`

/**
 * What is being announced at this moment may be lost as well, though JetStream has acknowledged it: its lease is revoked,
 * so that whoever holds it cannot say that it is done.
 */
export const forgetStreams = (sql: Sql, streams: ReadonlyArray<string>) => sql`
  update outbox set announced_at = null, leased_until = null
  where stream = any(${streams}::text[]) and (announced_at is not null or leased_until is not null)`
