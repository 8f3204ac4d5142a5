/** Reads what died. */

import { Array as Arr, Context, Effect, Layer, type Option } from "effect"

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type DeadLetterId, type JobId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"
import { mostCounted, type PageRequest, type Rows } from "./pages.ts"

export interface DeadLetterRow {
  readonly dead_letter_id: DeadLetterId
  readonly stream: string
  readonly subject: string
  readonly consumer: string
  readonly reason: DeadLetterReason
  readonly detail: string
  readonly deliveries: number
  readonly job_id: string | null
  readonly event_id: string | null
  readonly event_type: string | null
  readonly died_at: Instant
  readonly state: "open" | "replayed" | "discarded"
  /** When and by whom it was replayed or discarded. */
  readonly decided_at: Instant | null
  readonly decided_by: string | null
}

export interface WholeDeadLetterRow extends DeadLetterRow {
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly history: ReadonlyArray<unknown>
}

/** Absent members match all. */
export interface DeadLetterFilter {
  readonly stream?: string
  readonly reason?: DeadLetterReason
  readonly eventType?: string
  readonly jobId?: JobId
  readonly state?: "open" | "replayed" | "discarded"
  /** Only letters that come after this one, which died earlier. */
  readonly before?: { readonly diedAt: string; readonly deadLetterId: string }
}

const columns = (sql: Sql) => sql`
  dead_letter_id, stream, subject, consumer, reason, detail, deliveries, job_id, event_id, event_type, died_at, state,
  decided_at, decided_by`

export const matchingLetters = (sql: Sql, organizationId: OrganizationId, filter: DeadLetterFilter) => {
  const { before, eventType, jobId, reason, state, stream } = filter
  return sql`
    organization_id = ${organizationId}
    ${stream === undefined ? sql`` : sql`and stream = ${stream}`}
    ${reason === undefined ? sql`` : sql`and reason = ${reason}`}
    ${eventType === undefined ? sql`` : sql`and event_type = ${eventType}`}
    ${state === undefined ? sql`` : sql`and state = ${state}`}
    ${jobId === undefined ? sql`` : sql`and job_id = ${jobId}::uuid`}
    ${
      before === undefined
        ? sql``
        : sql`and (died_at < ${before.diedAt}::timestamptz
            or died_at = ${before.diedAt}::timestamptz and dead_letter_id > ${before.deadLetterId}::uuid)`
    }`
}

export class DeadLetterReader extends Context.Service<
  DeadLetterReader,
  {
    readonly get: (
      organizationId: OrganizationId,
      id: DeadLetterId
    ) => Effect.Effect<Option.Option<WholeDeadLetterRow>, LedgerUnreachable>
    /** Newest first. */
    readonly list: (
      organizationId: OrganizationId,
      filter: DeadLetterFilter,
      page: PageRequest
    ) => Effect.Effect<Rows<DeadLetterRow>, LedgerUnreachable>
  }
>()("carillon/repositories/DeadLetterReader") {
  static readonly layer = Layer.effect(
    DeadLetterReader,
    Effect.gen(function* () {
      const { query } = (yield* Postgres).patient

      const get = Effect.fn("DeadLetterReader.get")(function* (
        organizationId: OrganizationId,
        id: DeadLetterId
      ) {
        const rows = yield* orUnreachable(
          query(
            (sql) => sql<Array<WholeDeadLetterRow>>`
              select ${columns(sql)}, body, headers, history from dead_letters
              where dead_letter_id = ${id}::uuid and organization_id = ${organizationId}`
          )
        )
        return Arr.head(rows)
      })

      const list = Effect.fn("DeadLetterReader.list")(function* (
        organizationId: OrganizationId,
        filter: DeadLetterFilter,
        { limit, offset }: PageRequest
      ) {
        const { before: _, ...whole } = filter
        const rows = query(
          (sql) => sql<Array<DeadLetterRow>>`
            select ${columns(sql)} from dead_letters where ${matchingLetters(sql, organizationId, filter)}
            order by died_at desc, dead_letter_id limit ${limit + 1} offset ${offset}`
        )
        const count = query(
          (sql) => sql<Array<{ counted: number }>>`
            select count(*) as counted from (
              select from dead_letters where ${matchingLetters(sql, organizationId, whole)}
              limit ${mostCounted + 1}) as counted_rows`
        )
        const [found, counts] = yield* orUnreachable(Effect.all([rows, count], { concurrency: 2 }))
        return { rows: found, counted: counts.at(0)?.counted ?? 0 }
      })

      return DeadLetterReader.of({ get, list })
    })
  )
}
