/** What we last knew of each stream. */

import { Context, Effect, Layer } from "effect"

import { type StreamMark } from "#src/domain/streamMarks.ts"
import { locks } from "#src/postgres/locks.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

export interface NamedMark extends StreamMark {
  readonly stream: string
}

/** Alone also where there is no row yet to lock. */
const lockMarks = (sql: Sql) => sql<Array<NamedMark>>`
  select stream, created, server_id, last_seq
  from stream_marks, (select pg_advisory_xact_lock(${locks.streamMarks})) as alone order by stream for update of stream_marks`

const writeMarks = (sql: Sql, marks: ReadonlyArray<NamedMark>) => sql`
  insert into stream_marks (stream, created, server_id, last_seq)
  select * from unnest(${marks.map(({ stream }) => stream)}::text[],
    ${marks.map(({ created }) => created)}::timestamptz[], ${marks.map(({ server_id }) => server_id)}::text[],
    ${marks.map(({ last_seq }) => last_seq)}::bigint[])
  on conflict (stream) do update set created = excluded.created, server_id = excluded.server_id,
    last_seq = excluded.last_seq, updated_at = now()`

export class StreamMarkRepository extends Context.Service<
  StreamMarkRepository,
  {
    /** Those that are known, locked until the transaction ends: one process at a time looks for a loss. */
    readonly lock: Effect.Effect<ReadonlyArray<NamedMark>, LedgerUnreachable>
    readonly write: (marks: ReadonlyArray<NamedMark>) => Effect.Effect<void, LedgerUnreachable>
    /** Runs `effect` in one transaction. */
    readonly transaction: <A, R>(
      effect: Effect.Effect<A, LedgerUnreachable, R>
    ) => Effect.Effect<A, LedgerUnreachable, R>
  }
>()("carillon/repositories/StreamMarkRepository") {
  static readonly layer = Layer.effect(
    StreamMarkRepository,
    Effect.gen(function* () {
      const { commit, rows } = statementsOn((yield* Postgres).upkeep)
      return StreamMarkRepository.of({
        lock: rows(lockMarks),
        write: (marks) => Effect.asVoid(rows((sql) => writeMarks(sql, marks))),
        transaction: commit
      })
    })
  )
}
