/** What maintenance needs of the database itself: its lock, partitions made ahead, and what is too old. */

import { Context, Effect, Layer, Option } from "effect"

import { locks } from "#src/postgres/locks.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { LedgerFence } from "./LedgerFence.ts"
import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

const makePartitions = (sql: Sql) => sql`
  select campaign.ensure_partitions(now()), campaign.ensure_partitions(now() + interval '1 month')`

/** What is forgotten stays counted: the balance is exact for ever. */
const forgetKeys = (sql: Sql) => sql`
  with old_answers as (delete from idempotency_keys where created_at < now() - interval '24 hours'),
  old_keys as (
    delete from event_keys where accepted_at < now() - interval '400 days'
    returning organization_id, jobs_count, execution_id
  )
  insert into ledger_totals (organization_id, planned)
  select organization_id, sum(jobs_count) from old_keys where execution_id is null
  group by organization_id having sum(jobs_count) > 0
  on conflict (organization_id) do update set planned = ledger_totals.planned + excluded.planned`

/** Decided by an operator, and old enough that nobody asks. Open ones stay. */
const forgetLetters = (sql: Sql) => sql`
  delete from dead_letters
  where state <> 'open' and coalesce(decided_at, died_at) < now() - interval '90 days'`

interface Dropped {
  readonly dropped: string | null
}

const nameOf = ([row]: ReadonlyArray<Dropped>) => Option.fromNullishOr(row?.dropped)

const dropEvents = (sql: Sql) => sql<Array<Dropped>>`
  select campaign.drop_events(now() - interval '90 days') as dropped`

/** To count a month of a hundred million messages. */
const takeTime = (sql: Sql) => sql`select set_config('statement_timeout', '900s', true)`

/** No younger than the keys of events: what may still be asked for by its event is there. */
const dropMessages = (sql: Sql) => sql<Array<Dropped>>`
  select campaign.drop_messages(now() - interval '400 days') as dropped`

export class MaintenanceRepository extends Context.Service<
  MaintenanceRepository,
  {
    /** Runs `effect` in a transaction, unless another process is at this task: then none. Refused by an older ledger. */
    readonly alone: <A, R>(
      task: string,
      effect: Effect.Effect<A, LedgerUnreachable, R>
    ) => Effect.Effect<Option.Option<A>, LedgerUnreachable, R>
    /** This month's partitions and the next one's. */
    readonly makePartitions: Effect.Effect<void, LedgerUnreachable>
    /** Forgets idempotency keys after 24 hours and event keys after 400 days. */
    readonly forgetKeys: Effect.Effect<void, LedgerUnreachable>
    /** Forgets dead letters 90 days after they were decided. */
    readonly forgetLetters: Effect.Effect<void, LedgerUnreachable>
    /** Drops a month of events of which the last is 90 days old; its table, none where there is none. */
    readonly dropEvents: Effect.Effect<Option.Option<string>, LedgerUnreachable>
    /** Drops a month of messages, of which the last is 400 days old and none is open. They stay counted. */
    readonly dropMessages: Effect.Effect<Option.Option<string>, LedgerUnreachable>
  }
>()("carillon/repositories/MaintenanceRepository") {
  static readonly layer = Layer.effect(
    MaintenanceRepository,
    Effect.gen(function* () {
      const { commit, rows } = statementsOn((yield* Postgres).upkeep)
      const { reaches } = yield* LedgerFence
      const tryLock = (task: string) =>
        Effect.map(
          rows(
            (sql) => sql<Array<{ mine: boolean }>>`
            select pg_try_advisory_xact_lock(${locks.maintenance}, hashtext(${task})) and ${reaches(sql)} as mine`
          ),
          ([row]) => row?.mine === true
        )
      return MaintenanceRepository.of({
        alone: (task, effect) =>
          commit(
            Effect.flatMap(tryLock(task), (mine) => (mine ? Effect.asSome(effect) : Effect.succeedNone))
          ),
        makePartitions: Effect.asVoid(rows(makePartitions)),
        forgetKeys: Effect.asVoid(rows(forgetKeys)),
        forgetLetters: Effect.asVoid(rows(forgetLetters)),
        dropEvents: Effect.map(rows(dropEvents), nameOf),
        dropMessages: Effect.andThen(rows(takeTime), Effect.map(rows(dropMessages), nameOf))
      })
    })
  )
}
