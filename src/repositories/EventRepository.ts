/** Events and what accepting them writes: keys, events, profiles, jobs and the register of open work, in one commit. */

import { Context, Effect, Layer } from "effect"

import { type EventId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type CheckedEvent, type PlannedJob } from "#src/domain/plan.ts"
import { type ProfileChange } from "#src/domain/registration.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { insertAccepted } from "./insertAccepted.ts"
import { LedgerFence } from "./LedgerFence.ts"
import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

export interface AcceptedEvent {
  readonly event: CheckedEvent
  readonly via: "http" | "nats"
  readonly traceparent: string | null
  /** sha256, hex. */
  readonly bodyHash: string
  readonly jobs: ReadonlyArray<PlannedJob>
  readonly profile: ProfileChange | null
}

/** What the ledger knows of an event id. */
export interface EventKey {
  readonly organization_id: OrganizationId
  readonly event_id: EventId
  readonly body_hash: string
  readonly jobs_count: number
  readonly accepted_at: Instant
}

interface Key {
  readonly organizationId: OrganizationId
  readonly eventId: EventId
}

const selectKeys = (sql: Sql, keys: ReadonlyArray<Key>) => sql<Array<EventKey>>`
  select organization_id, event_id, encode(body_hash, 'hex') as body_hash, coalesce(jobs_count, 0) as jobs_count,
    accepted_at
  from event_keys
  join unnest(${keys.map((key) => key.organizationId)}::text[], ${keys.map((key) => key.eventId)}::uuid[])
    as asked (organization_id, event_id) using (organization_id, event_id)`

export class EventRepository extends Context.Service<
  EventRepository,
  {
    /**
     * Records those that are new, with their jobs; answers their ids as `organization/event`. At most one of each id
     * in a call. Safe to repeat.
     */
    readonly insert: (
      events: ReadonlyArray<AcceptedEvent>
    ) => Effect.Effect<ReadonlySet<string>, LedgerUnreachable>
    /** The keys that exist, in any order. */
    readonly keys: (keys: ReadonlyArray<Key>) => Effect.Effect<ReadonlyArray<EventKey>, LedgerUnreachable>
    /** Makes the partitions of the month of each instant. */
    readonly ensurePartitions: (instants: ReadonlyArray<Instant>) => Effect.Effect<void, LedgerUnreachable>
  }
>()("carillon/repositories/EventRepository") {
  static readonly layer = Layer.effect(
    EventRepository,
    Effect.gen(function* () {
      const { rows } = statementsOn(yield* Postgres)
      const { reaches } = yield* LedgerFence

      const insert = Effect.fn("EventRepository.insert")(function* (events: ReadonlyArray<AcceptedEvent>) {
        const keys = yield* rows((sql) => insertAccepted(sql, events, reaches))
        return new Set(keys.map(({ event_id, organization_id }) => `${organization_id}/${event_id}`))
      })

      return EventRepository.of({
        insert,
        keys: (keys) => rows((sql) => selectKeys(sql, keys)),
        ensurePartitions: (instants) =>
          Effect.asVoid(
            rows(
              (sql) =>
                sql`select campaign.ensure_partitions(at) from unnest(${instants}::timestamptz[]) as at`
            )
          )
      })
    })
  )
}
