/** Who is alive: one row a process, whose beat rises while it can write. */

import { Context, Effect, Layer, Option } from "effect"

import { type WorkerId } from "#schemas/Ids.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

export interface Registration {
  readonly worker_id: WorkerId
  readonly role: string
  readonly host: string
  readonly pid: number
}

export interface Beat {
  readonly worker_id: WorkerId
  readonly beat: number
}

const insertWorker = (sql: Sql, { host, pid, role, worker_id }: Registration) => sql`
  insert into workers (worker_id, role, host, pid) values (${worker_id}, ${role}, ${host}, ${pid})
  on conflict do nothing`

const raiseBeat = (sql: Sql, worker: WorkerId) => sql`
  update workers set beat = beat + 1, beat_at = now()
  where worker_id = ${worker} and dead_at is null returning beat`

const markSilent = (sql: Sql, silent: ReadonlyArray<Beat>) => sql`
  update workers w set dead_at = now()
  from unnest(${silent.map(({ worker_id }) => worker_id)}::uuid[], ${silent.map(({ beat }) => beat)}::bigint[])
    as s (worker_id, beat)
  where w.worker_id = s.worker_id and w.beat = s.beat and w.dead_at is null`

export class WorkerRepository extends Context.Service<
  WorkerRepository,
  {
    readonly register: (worker: Registration) => Effect.Effect<void, LedgerUnreachable>
    /** False where the worker was marked dead, or is not there. */
    readonly beat: (worker: WorkerId) => Effect.Effect<boolean, LedgerUnreachable>
    /** All that are not marked dead. */
    readonly living: Effect.Effect<ReadonlyArray<Beat>, LedgerUnreachable>
    /** Final: a worker that comes back goes on under a new id. Only where the beat has not risen since. */
    readonly markDead: (silent: ReadonlyArray<Beat>) => Effect.Effect<void, LedgerUnreachable>
    /** Gone in order, having nothing in the air. */
    readonly deregister: (worker: WorkerId) => Effect.Effect<void, LedgerUnreachable>
    /** Forgets those that are dead: all that they were sending has been recovered. */
    readonly forgetDead: Effect.Effect<void, LedgerUnreachable>
    readonly isSomeoneDead: Effect.Effect<boolean, LedgerUnreachable>
  }
>()("carillon/repositories/WorkerRepository") {
  static readonly layer = Layer.effect(
    WorkerRepository,
    Effect.gen(function* () {
      const { first, rows } = statementsOn(yield* Postgres)
      return WorkerRepository.of({
        register: (worker) => Effect.asVoid(rows((sql) => insertWorker(sql, worker))),
        beat: (worker) =>
          Effect.map(
            first((sql) => raiseBeat(sql, worker)),
            Option.isSome
          ),
        living: rows((sql) => sql<Array<Beat>>`select worker_id, beat from workers where dead_at is null`),
        markDead: (silent) => Effect.asVoid(rows((sql) => markSilent(sql, silent))),
        deregister: (worker) =>
          Effect.asVoid(rows((sql) => sql`delete from workers where worker_id = ${worker}`)),
        forgetDead: Effect.asVoid(rows((sql) => sql`delete from workers where dead_at is not null`)),
        isSomeoneDead: Effect.map(
          first((sql) => sql`select from workers where dead_at is not null limit 1`),
          Option.isSome
        )
      })
    })
  )
}
