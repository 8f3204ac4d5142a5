/** What restoring reads and writes beside the ledger's own ways: rows as the backup has them, corrected by what was announced. */

import { Context, Effect, Layer } from "effect"

import { type DeadLetter } from "#schemas/DeadLetter.ts"
import { type JobId } from "#schemas/Ids.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type Correction, type Standing } from "#src/domain/restoration.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { buryJobs } from "./followUps.ts"
import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"
import { inDoubtRows } from "./messageQueries.ts"
import { type OutboxRow } from "./outboxQueries.ts"
import { statementsOn } from "./statements.ts"

const selectStandings = (sql: Sql, ids: ReadonlyArray<JobId>) => sql<Array<Standing>>`
  select message_id, status, attempt, result,
    array(select d.attempt from campaign.operator_decisions d
      where d.message_id = m.message_id and d.status = 'queued') as reopened
  from campaign.campaign_messages m
  where message_id = any(${ids.toSorted()}::uuid[])
    and message_id between ${ids.toSorted().at(0) ?? null}::uuid and ${ids.toSorted().at(-1) ?? null}::uuid`

/**
 * Letters that the backup has open of rows that ended otherwise: replayed since where a later attempt ended them, and no
 * death at all where the same one did. Those of how they ended stay.
 */
const answerLetters = (sql: Sql, letters: ReadonlyArray<DeadLetter>) => sql`
    answered as (
      update dead_letters l set state = case when s.attempt > s.had then 'replayed' else 'discarded' end,
        decided_at = now(), decided_by = 'carillon restore'
      from settled s
      where l.job_id = s.message_id and l.state = 'open'
        and l.dead_letter_id <> all(${letters.map(({ dead_letter_id }) => dead_letter_id)}::uuid[])
    )`

/** The attempt that the row keeps is archived where a later one ended it. */
const archiveAttempts = (sql: Sql) => sql`
    archived as (
      insert into campaign.delivery_attempts (message_id, attempt, worker, started_at, finished_at, phase, result,
        provider, provider_code, enhanced_code, provider_message, provider_message_id, retry_at)
      select message_id, m.attempt, m.worker, m.attempt_started_at, m.attempt_finished_at, m.phase, m.result, m.provider,
        m.provider_code, m.enhanced_code, m.error_message, m.provider_message_id, m.retry_at
      from settled s join campaign.campaign_messages m using (message_id)
      where s.attempt > s.had and m.result is not null
      on conflict do nothing
    )`

/** Not announced: it was. The counters of its execution follow, from what was counted to what is. */
const correctRows = (
  sql: Sql,
  corrections: ReadonlyArray<Correction>,
  letters: ReadonlyArray<DeadLetter>
) => {
  const of = <A>(read: (correction: Correction) => A) => corrections.map(read)
  return sql<Array<{ message_id: JobId }>>`
    with v as materialized (
      select * from unnest(${of(({ was }) => was.message_id)}::uuid[], ${of(({ was }) => was.status)}::text[],
        ${of(({ was }) => was.attempt)}::int[], ${of(({ outcome }) => outcome.status)}::text[],
        ${of(({ outcome }) => outcome.reason)}::text[], ${of(({ outcome }) => outcome.attempt)}::int[],
        ${of(({ outcome }) => outcome.at)}::timestamptz[]
      ) as t (message_id, was, had, status, reason, attempt, at)
    ),
    settled as (
      update campaign.campaign_messages m set
        status = v.status, reason = v.reason, attempt = v.attempt, settled_at = v.at, retry_at = null,
        error_message = 'restored from a backup; this is what was announced',
        result = case when v.attempt > 0 then
          case when v.status in ('sent', 'unknown') then v.status
            when v.status = 'bounced' or v.reason = 'rejected' then 'permanent'
            when v.attempt = v.had then m.result end end,
        attempt_finished_at = case when v.attempt > 0 then v.at end,
        sent_at = case when v.status = 'sent' then v.at else m.sent_at end,
        bounced_at = case when v.status = 'bounced' then v.at else m.bounced_at end,
        failed_at = case when v.status in ('failed', 'dead') then v.at else m.failed_at end
      from v where m.message_id = v.message_id and m.status = v.was and m.attempt = v.had
      returning m.message_id, m.organization_id, m.execution_id, v.was, v.had, m.status, m.attempt,
        m.attempt_started_at, m.attempt_finished_at, m.phase, m.result, m.provider, m.provider_code, m.enhanced_code,
        m.error_message, m.provider_message_id
    ),
    ${archiveAttempts(sql)},
    ${buryJobs(sql, letters)},
    ${answerLetters(sql, letters)},
    in_doubt as (
      insert into campaign.deliveries_in_doubt (organization_id, message_id)
      select organization_id, message_id from settled where status = 'unknown'
      on conflict do nothing
    ),
    out_of_doubt as (
      delete from campaign.deliveries_in_doubt d using settled c
      where c.was = 'unknown' and c.status <> 'unknown'
        and d.organization_id = c.organization_id and d.message_id = c.message_id
    ),
    changes as (
      select execution_id, status, 1 as step from settled
      union all
      select execution_id, was, -1 from settled where was not in ('queued', 'retrying', 'sending')
    ),
    counted as (
      insert into campaign.execution_counters (execution_id, shard, status, count)
      select execution_id, 0, status, sum(step) from changes where execution_id is not null
      group by execution_id, status order by execution_id, status
      on conflict (execution_id, shard, status) do update set count = execution_counters.count + excluded.count
    )
    select message_id from settled`
}

const countReplayable = (sql: Sql) => sql<Array<{ readonly count: number }>>`
  select count(*) as count from dead_letters l join campaign.campaign_messages m on m.message_id = l.job_id
  where l.state = 'open' and m.message_class = 'campaign' and m.status in ('failed', 'bounced', 'dead')`

export class RestoreRepository extends Context.Service<
  RestoreRepository,
  {
    /** Those of the rows that exist. */
    readonly standings: (
      ids: ReadonlyArray<JobId>
    ) => Effect.Effect<ReadonlyArray<Standing>, LedgerUnreachable>
    /** Answers how many rows still were as they were, and are corrected. */
    readonly correct: (
      corrections: ReadonlyArray<Correction>,
      letters: ReadonlyArray<DeadLetter>
    ) => Effect.Effect<number, LedgerUnreachable>
    /** The next rows of the register of open jobs, oldest first; at most `limit`. */
    readonly register: (
      after: OutboxRow["outbox_id"],
      limit: number
    ) => Effect.Effect<ReadonlyArray<OutboxRow["outbox_id"]>, LedgerUnreachable>
    /** Open messages of the campaign class in these rows of the register that may have been sent by now. */
    readonly inDoubt: (
      register: ReadonlyArray<OutboxRow["outbox_id"]>
    ) => Effect.Effect<ReadonlyArray<MessageRow>, LedgerUnreachable>
    /** Messages of the campaign class that are dead with a letter that is open. */
    readonly replayable: Effect.Effect<number, LedgerUnreachable>
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
        correct: (corrections, letters) =>
          Effect.map(
            rows((sql) => correctRows(sql, corrections, letters)),
            ({ length }) => length
          ),
        register: (after, limit) =>
          Effect.map(
            rows(
              (sql) => sql<Array<Pick<OutboxRow, "outbox_id">>>`
                select outbox_id from outbox where kind = 'jobs' and outbox_id > ${after} order by outbox_id limit ${limit}`
            ),
            (register) => register.map(({ outbox_id }) => outbox_id)
          ),
        inDoubt: (register) => rows((sql) => inDoubtRows(sql, register)),
        replayable: Effect.map(rows(countReplayable), ([row]) => row?.count ?? 0),
        rehearse
      })
    })
  )
}
