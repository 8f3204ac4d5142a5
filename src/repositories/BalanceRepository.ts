/** Counts what was planned and what became of it, in one snapshot. */

import { Context, Effect, Layer } from "effect"

import { type ExecutionId, type OrganizationId } from "#schemas/Ids.ts"
import { type Status } from "#schemas/Status.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"

interface StatusCount {
  readonly status: Status
  readonly count: number
}

export interface BalanceRows<Planned> {
  readonly planned: Planned
  readonly counts: ReadonlyArray<StatusCount>
}

interface BalanceRow<Planned> {
  readonly planned: Planned
  readonly status: Status | null
  readonly count: number | null
}

const countsOf = (rows: ReadonlyArray<BalanceRow<unknown>>): ReadonlyArray<StatusCount> =>
  rows.flatMap(({ count, status }) => (status === null || count === null ? [] : [{ status, count }]))

/** One statement, hence one snapshot: two sources that must agree at every instant. */
const countOrganization = (sql: Sql, organizationId: OrganizationId) => sql<Array<BalanceRow<number>>>`
  select planned.planned, counted.status, counted.count
  from (
    select coalesce(sum(counted), 0)::bigint as planned from (
      select jobs_count as counted from event_keys
      where organization_id = ${organizationId} and execution_id is null
      union all select planned from ledger_totals where organization_id = ${organizationId}
    ) as sources
  ) as planned
  left join (
    select status, sum(count)::bigint as count from (
      select status, count(*) as count from campaign.campaign_messages
      where organization_id = ${organizationId} and execution_id is null group by status
      union all select status, count from settled_totals
      where organization_id = ${organizationId} and execution_id = ''
    ) as rows_and_totals group by status
  ) as counted on true`

const countExecution = (sql: Sql, organizationId: OrganizationId, executionId: ExecutionId) => sql<
  Array<BalanceRow<number>>
>`
  select coalesce(x.messages_queued, 0) as planned, counted.status, counted.count
  from campaign.campaign_executions x
  left join (
    select status, sum(count)::bigint as count from (
      select status, count(*) as count from campaign.campaign_messages
      where organization_id = ${organizationId} and execution_id = ${executionId} group by status
      union all select status, count from settled_totals
      where organization_id = ${organizationId} and execution_id = ${executionId}
    ) as rows_and_totals group by status
  ) as counted on true
  where x.organization_id = ${organizationId} and x.execution_id = ${executionId}`

export class BalanceRepository extends Context.Service<
  BalanceRepository,
  {
    /** Of all messages that events led to. */
    readonly ofOrganization: (
      organizationId: OrganizationId
    ) => Effect.Effect<BalanceRows<number>, LedgerUnreachable>
    /** `planned` is null where there is no such execution. */
    readonly ofExecution: (
      organizationId: OrganizationId,
      executionId: ExecutionId
    ) => Effect.Effect<BalanceRows<number | null>, LedgerUnreachable>
  }
>()("carillon/repositories/BalanceRepository") {
  static readonly layer = Layer.effect(
    BalanceRepository,
    Effect.gen(function* () {
      const { query } = (yield* Postgres).patient

      const ofOrganization = Effect.fn("BalanceRepository.ofOrganization")(function* (
        organizationId: OrganizationId
      ) {
        const rows = yield* orUnreachable(query((sql) => countOrganization(sql, organizationId)))
        return { planned: rows.at(0)?.planned ?? 0, counts: countsOf(rows) }
      })

      const ofExecution = Effect.fn("BalanceRepository.ofExecution")(function* (
        organizationId: OrganizationId,
        executionId: ExecutionId
      ) {
        const rows = yield* orUnreachable(query((sql) => countExecution(sql, organizationId, executionId)))
        return { planned: rows.at(0)?.planned ?? null, counts: countsOf(rows) }
      })

      return BalanceRepository.of({ ofOrganization, ofExecution })
    })
  )
}
