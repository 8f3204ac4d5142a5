/** What died, until an operator decides: recorded with the order to copy it to the stream. */

import { Context, Effect, Layer } from "effect"

import { type DeadLetter } from "#schemas/DeadLetter.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

const insertLetters = (sql: Sql, letters: ReadonlyArray<DeadLetter>) => {
  const of = <A>(read: (letter: DeadLetter) => A) => letters.map(read)
  return sql`
  with new_letters as (
    insert into dead_letters (dead_letter_id, organization_id, stream, subject, consumer, reason, detail,
      deliveries, job_id, event_id, event_type, body, headers, history, died_at)
    select dead_letter_id, organization_id, stream, subject, consumer, reason, detail, deliveries, job_id,
      event_id, event_type, decode(body, 'hex'), headers::jsonb, history::jsonb, died_at
    from unnest(
      ${of((l) => l.dead_letter_id)}::uuid[], ${of((l) => l.organization_id)}::text[],
      ${of((l) => l.stream)}::text[], ${of((l) => l.subject)}::text[], ${of((l) => l.consumer)}::text[],
      ${of((l) => l.reason)}::text[], ${of((l) => l.detail)}::text[], ${of((l) => l.deliveries)}::int[],
      ${of((l) => l.job_id)}::uuid[], ${of((l) => l.event_id)}::uuid[], ${of((l) => l.event_type)}::text[],
      ${of((l) => Buffer.from(l.body).toString("hex"))}::text[],
      ${of((l) => JSON.stringify(l.headers))}::text[], ${of((l) => JSON.stringify(l.history))}::text[],
      ${of((l) => l.died_at)}::timestamptz[]
    ) as t (dead_letter_id, organization_id, stream, subject, consumer, reason, detail, deliveries, job_id,
      event_id, event_type, body, headers, history, died_at)
    on conflict do nothing
    returning dead_letter_id
  )
  insert into outbox (kind, stream, keys)
  select 'dead_letters', 'DLQ', array_agg(dead_letter_id) from new_letters having count(*) > 0`
}

export class DeadLetterRepository extends Context.Service<
  DeadLetterRepository,
  {
    /** One commit. Those that are there already stay as they are. */
    readonly insert: (letters: ReadonlyArray<DeadLetter>) => Effect.Effect<void, LedgerUnreachable>
  }
>()("carillon/repositories/DeadLetterRepository") {
  static readonly layer = Layer.effect(
    DeadLetterRepository,
    Effect.gen(function* () {
      const { rows } = statementsOn(yield* Postgres)
      return DeadLetterRepository.of({
        insert: (letters) => Effect.asVoid(rows((sql) => insertLetters(sql, letters)))
      })
    })
  )
}
