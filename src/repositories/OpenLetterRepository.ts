/** Dead letters for those who decide about them: which are meant, what died, and how they are closed. */

import { Context, Effect, Layer, Option } from "effect"

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type DeadLetterId, type JobId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type DeadLetterFilter, matchingLetters } from "./DeadLetterReader.ts"
import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

export interface LetterToDecide {
  readonly dead_letter_id: DeadLetterId
  readonly stream: string
  readonly reason: DeadLetterReason
  readonly job_id: JobId | null
  readonly died_at: Instant
  readonly state: "open" | "replayed" | "discarded"
}

/** The message that died, as it lay in its stream. */
export interface DeadBody {
  readonly dead_letter_id: DeadLetterId
  readonly subject: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** As what, by whom and when letters are closed. */
export interface Closing {
  readonly state: "replayed" | "discarded"
  readonly by: string
  readonly at: Instant
}

/** Absent members match all; only open letters are meant. */
export interface OpenLetters {
  readonly organizationId: OrganizationId
  readonly filter: Omit<DeadLetterFilter, "state">
}

export const openLetters = (sql: Sql, { filter, organizationId }: OpenLetters) =>
  // In so many words: of a parameter a plan does not know that the index of the open ones has all that is meant.
  sql`${matchingLetters(sql, organizationId, filter)} and state = 'open'`

const columns = (sql: Sql) => sql`dead_letter_id, stream, reason, job_id, died_at, state`

interface Named {
  readonly dead_letter_id: DeadLetterId
}

const toSet = (rows: ReadonlyArray<Named>): ReadonlySet<DeadLetterId> =>
  new Set(rows.map(({ dead_letter_id }) => dead_letter_id))

const selectOpen = (sql: Sql, ids: ReadonlyArray<DeadLetterId>) => sql<Array<Named>>`
  select dead_letter_id from dead_letters where dead_letter_id = any(${ids}::uuid[]) and state = 'open'`

const lockLetters = (sql: Sql, ids: ReadonlyArray<DeadLetterId>) => sql<Array<Named>>`
  select dead_letter_id from dead_letters where dead_letter_id = any(${ids}::uuid[]) and state = 'open'
  order by dead_letter_id for update`

const closeLetters = (sql: Sql, ids: ReadonlyArray<DeadLetterId>, { at, by, state }: Closing) => sql<
  Array<Named>
>`
  update dead_letters set state = ${state}, decided_at = ${at}::timestamptz, decided_by = ${by}
  where dead_letter_id in (
    select dead_letter_id from dead_letters
    where dead_letter_id = any(${ids}::uuid[]) and state = 'open'
    order by dead_letter_id for update)
  returning dead_letter_id`

export class OpenLetterRepository extends Context.Service<
  OpenLetterRepository,
  {
    /** Open or not. */
    readonly find: (
      organizationId: OrganizationId,
      id: DeadLetterId
    ) => Effect.Effect<Option.Option<LetterToDecide>, LedgerUnreachable>
    readonly count: (asked: OpenLetters) => Effect.Effect<number, LedgerUnreachable>
    /** Newest first, at most `limit`; the next page comes before the last of them. */
    readonly page: (
      asked: OpenLetters,
      limit: number
    ) => Effect.Effect<ReadonlyArray<LetterToDecide>, LedgerUnreachable>
    /** In any order. */
    readonly bodies: (
      ids: ReadonlyArray<DeadLetterId>
    ) => Effect.Effect<ReadonlyArray<DeadBody>, LedgerUnreachable>
    /** Those that are still open. */
    readonly stillOpen: (
      ids: ReadonlyArray<DeadLetterId>
    ) => Effect.Effect<ReadonlySet<DeadLetterId>, LedgerUnreachable>
    /** Runs `effect` in one transaction. */
    readonly transaction: <A, R>(
      effect: Effect.Effect<A, LedgerUnreachable, R>
    ) => Effect.Effect<A, LedgerUnreachable, R>
    /** Those that are still open, and stay so until the transaction ends. */
    readonly lockOpen: (
      ids: ReadonlyArray<DeadLetterId>
    ) => Effect.Effect<ReadonlySet<DeadLetterId>, LedgerUnreachable>
    /** Answers those that were open. */
    readonly close: (
      ids: ReadonlyArray<DeadLetterId>,
      closing: Closing
    ) => Effect.Effect<ReadonlySet<DeadLetterId>, LedgerUnreachable>
  }
>()("carillon/repositories/OpenLetterRepository") {
  static readonly layer = Layer.effect(
    OpenLetterRepository,
    Effect.gen(function* () {
      const postgres = yield* Postgres
      const { commit, first, rows } = statementsOn(postgres)
      const lists = statementsOn(postgres.patient)
      return OpenLetterRepository.of({
        find: (organizationId, id) =>
          first(
            (sql) => sql<Array<LetterToDecide>>`
              select ${columns(sql)} from dead_letters
              where dead_letter_id = ${id}::uuid and organization_id = ${organizationId}`
          ),
        count: (asked) =>
          Effect.map(
            lists.first(
              (sql) => sql<Array<{ readonly count: number }>>`
                select count(*) as count from dead_letters where ${openLetters(sql, asked)}`
            ),
            Option.match({ onNone: () => 0, onSome: ({ count }) => count })
          ),
        page: (asked, limit) =>
          lists.rows(
            (sql) => sql<Array<LetterToDecide>>`
              select ${columns(sql)} from dead_letters where ${openLetters(sql, asked)}
              order by died_at desc, dead_letter_id limit ${limit}`
          ),
        bodies: (ids) =>
          rows(
            (sql) => sql<Array<DeadBody>>`
              select dead_letter_id, subject, headers, body from dead_letters
              where dead_letter_id = any(${ids}::uuid[])`
          ),
        stillOpen: (ids) =>
          Effect.map(
            rows((sql) => selectOpen(sql, ids)),
            toSet
          ),
        transaction: commit,
        lockOpen: (ids) =>
          Effect.map(
            rows((sql) => lockLetters(sql, ids)),
            toSet
          ),
        close: (ids, closing) =>
          Effect.map(
            rows((sql) => closeLetters(sql, ids, closing)),
            toSet
          )
      })
    })
  )
}
