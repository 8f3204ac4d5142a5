/** The register of open work: what is to be announced, and what was and may have to be again. */

import { Context, Duration, Effect, Layer } from "effect"

import { type Instant } from "#schemas/Instant.ts"
import { type Outcome } from "#schemas/Outcome.ts"
import { Postgres } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"

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
}

/** What was leased by a process that died is free again after this. */
const lease = Duration.seconds(30)

export class OutboxRepository extends Context.Service<
  OutboxRepository,
  {
    /** The oldest rows of the kind that no one has announced or is announcing; they are ours for 30 s, committed on return. */
    readonly lease: (kind: OutboxKind, limit: number) => Effect.Effect<ReadonlyArray<OutboxRow>, LedgerUnreachable>
    /** They are in their streams. */
    readonly announced: (ids: ReadonlyArray<number>) => Effect.Effect<void, LedgerUnreachable>
    /** They are not: others may try at once. */
    readonly release: (ids: ReadonlyArray<number>) => Effect.Effect<void, LedgerUnreachable>
    /**
     * One step of reconciling announced rows whose time has come: what is settled is dropped from them, an empty row is
     * deleted, and the rest is to be announced again. Answers how many rows were looked at.
     */
    readonly reconcile: (limit: number) => Effect.Effect<number, LedgerUnreachable>
    /** The stream was lost or may have lost its tail: all that was announced there is to be announced again. */
    readonly forget: (streams: ReadonlyArray<string>) => Effect.Effect<void, LedgerUnreachable>
    /** Announces the rows that hold one of these jobs again, now. */
    readonly wake: (jobs: ReadonlyArray<string>) => Effect.Effect<void, LedgerUnreachable>
  }
>()("carillon/repositories/OutboxRepository") {
  static readonly layer = Layer.effect(
    OutboxRepository,
    Effect.gen(function* () {
      const postgres = yield* Postgres
      const seconds = Duration.toSeconds(lease)

      const leaseRows = Effect.fnUntraced(function* (kind: OutboxKind, limit: number) {
        return yield* orUnreachable(
          postgres.query(
            (sql) => sql<Array<OutboxRow>>`
              update outbox set leased_until = now() + make_interval(secs => ${seconds})
              where outbox_id in (
                select outbox_id from outbox
                where kind = ${kind} and announced_at is null and coalesce(leased_until, '-infinity') <= now()
                order by outbox_id limit ${limit} for update skip locked)
              returning outbox_id, kind, stream, keys, entries, organizations, due_at`
          )
        )
      })

      /** A lost `announced_at` only repeats an announcement, so its commit need not wait for the disk. */
      const announced = Effect.fnUntraced(function* (ids: ReadonlyArray<number>) {
        yield* orUnreachable(
          postgres.query(
            (sql) => sql`
              with lazily as (select set_config('synchronous_commit', 'off', true))
              update outbox set announced_at = now(), leased_until = null,
                check_at = greatest(now() + least(60 * (2 ^ least(checks, 4)), 600) * interval '1 second', due_at)
              from lazily where outbox_id = any(${ids}::bigint[])`
          )
        )
      })

      const release = Effect.fnUntraced(function* (ids: ReadonlyArray<number>) {
        yield* orUnreachable(
          postgres.query((sql) => sql`update outbox set leased_until = null where outbox_id = any(${ids}::bigint[])`)
        )
      })

      /** Doubling from 60 s to 600 s. What is not a job needs no second look: its stream has acknowledged it. */
      const reconcile = Effect.fnUntraced(function* (limit: number) {
        const rows = yield* orUnreachable(
          postgres.query(
            (sql) => sql<Array<{ outbox_id: number }>>`
              with due as materialized (
                select outbox_id, kind, keys from outbox
                where announced_at is not null and check_at <= now()
                order by check_at limit ${limit} for update skip locked
              ),
              open as materialized (
                select due.outbox_id, array_agg(m.message_id) as keys,
                  case when bool_and(coalesce(m.retry_at, m.send_after) > now())
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
          )
        )
        return rows.length
      })

      const forget = Effect.fnUntraced(function* (streams: ReadonlyArray<string>) {
        yield* orUnreachable(
          postgres.query(
            (sql) => sql`
              update outbox set announced_at = null, leased_until = null
              where stream = any(${streams}::text[]) and announced_at is not null`
          )
        )
      })

      const wake = Effect.fnUntraced(function* (jobs: ReadonlyArray<string>) {
        yield* orUnreachable(
          postgres.query(
            (sql) => sql`
              update outbox set announced_at = null, leased_until = null
              where kind = 'jobs' and announced_at is not null and keys && ${jobs}::uuid[]`
          )
        )
      })

      return OutboxRepository.of({ lease: leaseRows, announced, release, reconcile, forget, wake })
    })
  )
}
