/** What the relay reads to announce: events and dead letters, whole. */

import { Context, Effect, Layer } from "effect"

import { type Instant } from "#schemas/Instant.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

type Json = Readonly<Record<string, unknown>>

export interface EventToRelay {
  readonly organization_id: string
  readonly event_id: string
  readonly event_type: string
  readonly source: string
  readonly occurred_at: Instant
  readonly accepted_at: Instant
  readonly payload: Json
  readonly extra: Json
  readonly delivery: Json | null
  readonly traceparent: string | null
}

export interface LetterToCopy {
  readonly dead_letter_id: string
  readonly stream: string
  readonly subject: string
  readonly consumer: string
  readonly reason: string
  readonly detail: string
  readonly deliveries: number
  /** Hex. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly died_at: Instant
}

interface EventName {
  readonly organizationId: string
  readonly eventId: string
}

const selectEvents = (sql: Sql, keys: ReadonlyArray<EventName>) => sql<Array<EventToRelay>>`
  select organization_id, event_id, event_type, source, occurred_at, accepted_at, payload, extra, delivery, traceparent
  from events
  join unnest(${keys.map(({ organizationId }) => organizationId)}::text[],
    ${keys.map(({ eventId }) => eventId)}::uuid[]) as asked (organization_id, event_id)
    using (organization_id, event_id)
  order by accepted_at, event_id`

const selectLetters = (sql: Sql, ids: ReadonlyArray<string>) => sql<Array<LetterToCopy>>`
  select dead_letter_id, stream, subject, consumer, reason, detail, deliveries, encode(body, 'hex') as body, headers,
    died_at
  from dead_letters where dead_letter_id = any(${ids}::uuid[])
  order by died_at, dead_letter_id`

export class AnnouncementReader extends Context.Service<
  AnnouncementReader,
  {
    /** Those that exist, oldest first. */
    readonly events: (
      keys: ReadonlyArray<EventName>
    ) => Effect.Effect<ReadonlyArray<EventToRelay>, LedgerUnreachable>
    readonly deadLetters: (
      ids: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<LetterToCopy>, LedgerUnreachable>
  }
>()("carillon/repositories/AnnouncementReader") {
  static readonly layer = Layer.effect(
    AnnouncementReader,
    Effect.gen(function* () {
      const { rows } = statementsOn(yield* Postgres)
      return AnnouncementReader.of({
        events: (keys) => rows((sql) => selectEvents(sql, keys)),
        deadLetters: (ids) => rows((sql) => selectLetters(sql, ids))
      })
    })
  )
}
