/** What maintenance needs of the database itself: its lock, partitions made ahead, and what is too old. */

import { Context, Effect, Layer } from "effect"

import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

/** Held by the one process that does maintenance at this moment. */
const lock = 5_726_302

const makePartitions = (sql: Sql) => sql`
  select campaign.ensure_partitions(now()), campaign.ensure_partitions(now() + interval '1 month')`

const forgetKeys = (sql: Sql) => sql`
  with old_answers as (delete from idempotency_keys where created_at < now() - interval '24 hours')
  delete from event_keys where ctid = any(array(
    select ctid from event_keys where accepted_at < now() - interval '400 days' limit 10000))`

export class MaintenanceRepository extends Context.Service<
  MaintenanceRepository,
  {
    /** Runs `effect` in a transaction unless another process is at it; answers whether it ran. */
    readonly alone: <R>(
      effect: Effect.Effect<void, LedgerUnreachable, R>
    ) => Effect.Effect<boolean, LedgerUnreachable, R>
    /** This month's partitions and the next one's. */
    readonly makePartitions: Effect.Effect<void, LedgerUnreachable>
    /** Forgets idempotency keys after 24 hours and event keys after 400 days. */
    readonly forgetKeys: Effect.Effect<void, LedgerUnreachable>
  }
>()("carillon/repositories/MaintenanceRepository") {
  static readonly layer = Layer.effect(
    MaintenanceRepository,
    Effect.gen(function* () {
      const { commit, rows } = statementsOn(yield* Postgres)
      const tryLock = Effect.map(
        rows((sql) => sql<Array<{ mine: boolean }>>`select pg_try_advisory_xact_lock(${lock}) as mine`),
        ([row]) => row?.mine === true
      )
      return MaintenanceRepository.of({
        alone: (effect) => commit(Effect.tap(tryLock, (mine) => (mine ? effect : Effect.void))),
        makePartitions: Effect.asVoid(rows(makePartitions)),
        forgetKeys: Effect.asVoid(rows(forgetKeys))
      })
    })
  )
}
