/** Event types: what operators write, and what events are checked and planned by. */

import { Context, Effect, Layer, Result } from "effect"

import { type EventTypeAnswer } from "#schemas/EventDefinition.ts"
import { type OrganizationId } from "#schemas/Ids.ts"
import {
  decideDelete,
  decidePut,
  eventTypeExists,
  readEventType,
  unknownEventType,
  type VersionedDefinition
} from "#src/domain/eventTypes.ts"
import { type Page, type PageOf, pageOf } from "#src/domain/page.ts"
import { compilePayloadSchema, type PayloadCheck } from "#src/domain/payloadSchema.ts"
import { type Rejected } from "#src/domain/Rejected.ts"
import { type EventTypeKey, type EventTypeRow } from "#src/repositories/eventTypeQueries.ts"
import { EventTypeRepository } from "#src/repositories/EventTypeRepository.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { BoundedMap } from "./BoundedMap.ts"

/** A type as one batch of events sees it. */
export interface KnownEventType {
  readonly definition: VersionedDefinition
  /** Every wrong member of a payload; none where the type has no schema. Takes no Effect: it runs for each event. */
  readonly checkPayload: PayloadCheck
}

/** How `find` names a type. */
export const eventTypeKey = ({ eventType, organizationId }: EventTypeKey): string =>
  `${organizationId}/${eventType}`

/** Compiled schemas, at about 50 KB each. */
const mostChecks = 1000

const acceptAll: PayloadCheck = () => []

/** A schema that an earlier version let pass and this one cannot compile: its payloads are refused, none is let through unseen. */
const refuseAll: PayloadCheck = () => [
  { path: "payload", message: "expected a schema of the event type that can be used", got: "object" }
]

export interface ChangeEventType {
  readonly organizationId: OrganizationId
  readonly eventType: string
  /** The header, as it came. */
  readonly ifMatch?: string
}

export class EventTypes extends Context.Service<
  EventTypes,
  {
    readonly create: (
      organizationId: OrganizationId,
      body: unknown
    ) => Effect.Effect<EventTypeAnswer, Rejected | LedgerUnreachable>
    /** Also where there was none before. What changes nothing makes no version. */
    readonly put: (
      change: ChangeEventType,
      body: unknown
    ) => Effect.Effect<EventTypeAnswer, Rejected | LedgerUnreachable>
    readonly remove: (change: ChangeEventType) => Effect.Effect<void, Rejected | LedgerUnreachable>
    readonly get: (key: EventTypeKey) => Effect.Effect<EventTypeAnswer, Rejected | LedgerUnreachable>
    /** By name. */
    readonly list: (
      organizationId: OrganizationId,
      page: Page
    ) => Effect.Effect<PageOf<EventTypeAnswer>, LedgerUnreachable>
    /** As they are at this instant, by one statement, named by `eventTypeKey`; what is not there is unknown. */
    readonly find: (
      keys: ReadonlyArray<EventTypeKey>
    ) => Effect.Effect<ReadonlyMap<string, KnownEventType>, LedgerUnreachable>
  }
>()("carillon/services/EventTypes") {
  static readonly layer = Layer.effect(
    EventTypes,
    Effect.gen(function* () {
      const repository = yield* EventTypeRepository
      const checks = new BoundedMap<string, PayloadCheck>(mostChecks)

      const checkOf = ({ payload_schema, schema_hash }: EventTypeRow): PayloadCheck => {
        if (payload_schema === null) return acceptAll
        const known = checks.get(schema_hash)
        if (known !== undefined) return known
        const compiled = Result.getOrElse(compilePayloadSchema(payload_schema), () => refuseAll)
        checks.set(schema_hash, compiled)
        return compiled
      }

      const create = Effect.fn("EventTypes.create")(function* (
        organizationId: OrganizationId,
        body: unknown
      ) {
        const { definition, eventType } = yield* Effect.fromResult(readEventType(body))
        const created = yield* repository.insert({ organizationId, eventType }, definition)
        return yield* Effect.fromResult(Result.fromOption(created, () => eventTypeExists(eventType)))
      })

      const put = Effect.fn("EventTypes.put")(function* (change: ChangeEventType, body: unknown) {
        const { definition } = yield* Effect.fromResult(readEventType(body, change.eventType))
        return yield* repository.put(change, (current) => decidePut(current, definition, change.ifMatch))
      })

      const get = Effect.fn("EventTypes.get")(function* (key: EventTypeKey) {
        const found = yield* repository.get(key)
        return yield* Effect.fromResult(Result.fromOption(found, () => unknownEventType(key.eventType)))
      })

      const find = Effect.fn("EventTypes.find")(function* (keys: ReadonlyArray<EventTypeKey>) {
        const rows = keys.length === 0 ? [] : yield* repository.find(keys)
        return new Map(
          rows.map((row) => [
            eventTypeKey({ organizationId: row.organization_id, eventType: row.event_type }),
            { definition: row, checkPayload: checkOf(row) }
          ])
        )
      })

      return EventTypes.of({
        create,
        put,
        remove: (change) =>
          repository.remove(change, (current) => decideDelete(current, change.eventType, change.ifMatch)),
        get,
        list: (organizationId, page) =>
          Effect.map(repository.list(organizationId, page), ({ items, total }) => pageOf(page, items, total)),
        find
      })
    })
  )
}
