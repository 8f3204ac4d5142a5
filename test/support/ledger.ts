/** The ledger on a database of its own, and rows in any state to begin with. */

import { randomUUID } from "node:crypto"

import { Effect, Layer } from "effect"

import { ExecutionId, type JobId, OrganizationId, UserId, type WorkerId } from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"
import { type Status } from "#schemas/Status.ts"
import { jobId } from "#src/domain/ids.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"
import { AnnouncementReader } from "#src/repositories/AnnouncementReader.ts"
import { BalanceRepository } from "#src/repositories/BalanceRepository.ts"
import { DeadLetterRepository } from "#src/repositories/DeadLetterRepository.ts"
import { EventRepository } from "#src/repositories/EventRepository.ts"
import { Ledger, type ReadyJob } from "#src/repositories/Ledger.ts"
import { LedgerClockRepository } from "#src/repositories/LedgerClockRepository.ts"
import { LedgerFence } from "#src/repositories/LedgerFence.ts"
import { MaintenanceRepository } from "#src/repositories/MaintenanceRepository.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { StreamMarkRepository } from "#src/repositories/StreamMarkRepository.ts"
import { WorkerRepository } from "#src/repositories/WorkerRepository.ts"
import { OpenWork } from "#src/services/OpenWork.ts"
import { catalogue } from "#test/support/catalogue.ts"

/** Migrated and empty, with the catalogue's services beside it. */
export const ledgerLayer = Layer.mergeAll(
  AnnouncementReader.layer,
  BalanceRepository.layer,
  DeadLetterRepository.layer,
  EventRepository.layer,
  Ledger.layer,
  LedgerClockRepository.layer,
  MaintenanceRepository.layer,
  OpenWork.layer,
  OutboxRepository.layer,
  StreamMarkRepository.layer,
  WorkerRepository.layer
).pipe(Layer.provideMerge(LedgerFence.layer), Layer.provideMerge(catalogue))

/** One statement; what Postgres says against it is a defect. */
export const ask = <A>(statement: (sql: Sql) => PromiseLike<ReadonlyArray<A>>) =>
  Effect.orDie(
    Effect.map(
      Postgres.use(({ query }) => query(statement)),
      (rows) => [...rows]
    )
  )

/** Each test has an organization of its own, so that they share a database. */
export const newOrganization = Effect.sync(() => OrganizationId.make(`o-${randomUUID()}`))

type ExecutionStatus = "running" | "paused" | "cancelled"

/** Its id. */
export const plantExecution = Effect.fnUntraced(function* (status: ExecutionStatus) {
  const id = ExecutionId.make(`exe_${randomUUID()}`)
  yield* ask(
    (sql) => sql`
      insert into campaign.campaign_executions (execution_id, campaign_id, execution_type, status)
      values (${id}, 'cmp_test', 'manual', ${status})`
  )
  return id
})

export const setExecution = (id: string, status: ExecutionStatus) =>
  ask((sql) => sql`update campaign.campaign_executions set status = ${status} where execution_id = ${id}`)

/** What a row begins with; anything that is left out as for a fresh transactional e-mail. */
export interface Seed {
  readonly organization_id: OrganizationId
  readonly status: Status
  readonly user_id: UserId
  readonly attempt: number
  readonly max_attempts: number
  readonly message_class: "transactional" | "campaign"
  readonly execution_id: string | null
  readonly campaign_id: string | null
  readonly send_after: string | null
  readonly expires_at: string | null
  readonly retry_at: string | null
  readonly retry_delays_seconds: ReadonlyArray<number> | null
  readonly worker: WorkerId | null
}

const fresh = {
  organization_id: OrganizationId.make("default"),
  status: "queued",
  user_id: UserId.make("user-1"),
  attempt: 0,
  max_attempts: 5,
  message_class: "transactional",
  execution_id: null,
  campaign_id: null,
  send_after: null,
  expires_at: null,
  retry_at: null,
  retry_delays_seconds: null,
  worker: null
} satisfies Seed

/** An id of this month, of a job that exists nowhere yet. */
export const drawJobId = Effect.map(
  ask((sql) => sql<Array<{ now: Instant }>>`select now() as now`),
  ([row]) =>
    jobId(row?.now ?? Instant.make("2026-11-21T12:00:00.000Z"), {
      organizationId: fresh.organization_id,
      cause: randomUUID(),
      templateCode: "welcome_email",
      userId: fresh.user_id,
      channel: "email",
      step: 0
    })
)

/** A row and its place in the register of open work, as planning commits them. */
export const plant = Effect.fnUntraced(function* (overrides: Partial<Seed> = {}) {
  const id = yield* drawJobId
  const row = { ...fresh, ...overrides }
  yield* ask(
    (sql) => sql`
      with planted as (
        insert into campaign.campaign_messages
          ${sql({ ...row, message_id: id, channel_type: "email", template_code: "welcome_email" })}
      )
      insert into outbox (kind, stream, keys) values ('jobs', 'JOBS_EMAIL', array[${id}::uuid])`
  )
  return id
})

/** All that a start needs, for a row at its `attempt`. */
export const readyJob = (id: JobId, attempt = 0): ReadyJob => ({
  message_id: id,
  attempt,
  generation: 0,
  address: "ada@example.com",
  address_hash: "hash-of-ada",
  contact_source: "profile",
  template_version: 1,
  locale: "en",
  title: "Welcome"
})

/** One row by its id. */
export const rowOf = Effect.fnUntraced(function* (id: JobId) {
  const [loaded] = yield* Ledger.use((ledger) => ledger.load([id]))
  if (loaded === undefined || loaded.row === null) return yield* Effect.die(`no row ${id}`)
  return loaded.row
})

/** Open jobs that the register has lost: none, ever. */
export const forgotten = ask(
  (sql) => sql<Array<{ message_id: JobId; status: Status }>>`
    select message_id, status from campaign.campaign_messages m
    where status in ('queued', 'retrying', 'sending')
      and not exists (select from outbox where kind = 'jobs' and m.message_id = any(keys))`
)
