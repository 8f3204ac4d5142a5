/** What restoring reads and writes beside the ledger's own ways: rows as the backup has them, corrected by what was announced. */

import { Context, Effect, Layer } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type Correction, type Standing } from "#src/domain/restoration.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"
import { inDoubtRows } from "./messageQueries.ts"
import { statementsOn } from "./statements.ts"

const selectStandings = (sql: Sql, ids: ReadonlyArray<JobId>) => sql<Array<Standing>>`
  select message_id, status, attempt,
    array(select d.attempt from campaign.operator_decisions d
      where d.message_id = m.message_id and d.status = 'queued') as reopened
  from campaign.campaign_messages m
  where message_id = any(${ids.toSorted()}::uuid[])
    and message_id between ${ids.toSorted().at(0) ?? null}::uuid and ${ids.toSorted().at(-1) ?? null}::uuid`

/** Not announced: it was. The counters of its execution follow, from what was counted to what is. */
const correctRows = (sql: Sql, corrections: ReadonlyArray<Correction>) => {
  const of = <A>(read: (correction: Correction) => A) => corrections.map(read)
  return sql<Array<{ message_id: JobId }>>`
    with v as materialized (
      select * from unnest(${of(({ was }) => was.message_id)}::uuid[], ${of(({ was }) => was.status)}::text[],
        ${of(({ was }) => was.attempt)}::int[], ${of(({ outcome }) => outcome.status)}::text[],
        ${of(({ outcome }) => outcome.reason)}::text[], ${of(({ outcome }) => outcome.attempt)}::int[],
        ${of(({ outcome }) => outcome.at)}::timestamptz[]
      ) as t (message_id, was, had, status, reason, attempt, at)
    ),
    corrected as (
      update campaign.campaign_messages m set
        status = v.status, reason = v.reason, attempt = v.attempt, settled_at = v.at, retry_at = null,
        error_message = 'restored from a backup; this is what was announced',
        result = case when v.attempt > 0 then
          case v.status when 'sent' then 'sent' when 'unknown' then 'unknown' else m.result end end,
        attempt_finished_at = case when v.attempt > 0 then v.at end,
        sent_at = case when v.status = 'sent' then v.at else m.sent_at end,
        bounced_at = case when v.status = 'bounced' then v.at else m.bounced_at end,
        failed_at = case when v.status in ('failed', 'dead') then v.at else m.failed_at end
      from v where m.message_id = v.message_id and m.status = v.was and m.attempt = v.had
      returning m.message_id, m.organization_id, m.execution_id, v.was, m.status
    ),
    in_doubt as (
      insert into campaign.deliveries_in_doubt (organization_id, message_id)
      select organization_id, message_id from corrected where status = 'unknown'
      on conflict do nothing
    ),
    out_of_doubt as (
      delete from campaign.deliveries_in_doubt d using corrected c
      where c.was = 'unknown' and c.status <> 'unknown'
        and d.organization_id = c.organization_id and d.message_id = c.message_id
    ),
    changes as (
      select execution_id, status, 1 as step from corrected
      union all
      select execution_id, was, -1 from corrected where was not in ('queued', 'retrying', 'sending')
    ),
    counted as (
      insert into campaign.execution_counters (execution_id, shard, status, count)
      select execution_id, 0, status, sum(step) from changes where execution_id is not null
      group by execution_id, status order by execution_id, status
      on conflict (execution_id, shard, status) do update set count = execution_counters.count + excluded.count
    )
    select message_id from corrected`
}

export class RestoreRepository extends Context.Service<
  RestoreRepository,
  {
    /** Those of the rows that exist. */
    readonly standings: (
      ids: ReadonlyArray<JobId>
    ) => Effect.Effect<ReadonlyArray<Standing>, LedgerUnreachable>
    /** Answers how many rows still were as they were, and are corrected. */
    readonly correct: (corrections: ReadonlyArray<Correction>) => Effect.Effect<number, LedgerUnreachable>
    /** Open rows of the campaign class that may have been sent by now. */
    readonly inDoubt: (limit: number) => Effect.Effect<ReadonlyArray<MessageRow>, LedgerUnreachable>
    /** Runs the effect, whose every write in its own fiber is taken back. */
    readonly rehearse: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | LedgerUnreachable, R>
  }
>()("carillon/repositories/RestoreRepository") {
  static readonly layer = Layer.effect(
    RestoreRepository,
    Effect.gen(function* () {
      const postgres = (yield* Postgres).upkeep
      const { rows } = statementsOn(postgres)

      const rehearse = <A, E, R>(
        effect: Effect.Effect<A, E, R>
      ): Effect.Effect<A, E | LedgerUnreachable, R> => {
        const outcome = Effect.flatMap(Effect.result(effect), (answer) =>
          Effect.fail({ _tag: "Rehearsed" as const, answer })
        )
        return Effect.matchEffect(postgres.transaction(outcome), {
          onSuccess: () => Effect.die("a rehearsal was committed"),
          onFailure: (end): Effect.Effect<A, E | LedgerUnreachable> =>
            end._tag === "Rehearsed" ? Effect.fromResult(end.answer) : orUnreachable(Effect.fail(end))
        })
      }

      return RestoreRepository.of({
        standings: (ids) => rows((sql) => selectStandings(sql, ids)),
        correct: (corrections) =>
          Effect.map(
            rows((sql) => correctRows(sql, corrections)),
            ({ length }) => length
          ),
        inDoubt: (limit) => rows((sql) => inDoubtRows(sql, limit)),
        rehearse
      })
    })
  )
}
