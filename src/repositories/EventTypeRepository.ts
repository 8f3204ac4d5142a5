/** The event types that operators made. */

import { Context, Effect, Layer, Option, Result } from "effect"

import { type EventDefinition, type EventTypeAnswer } from "#schemas/EventDefinition.ts"
import { type OrganizationId } from "#schemas/Ids.ts"
import { type Page } from "#src/domain/page.ts"
import { Postgres } from "#src/postgres/Postgres.ts"

import {
  countRows,
  deleteRow,
  type EventTypeKey,
  type EventTypeRow,
  findRows,
  insertRow,
  listRows,
  lockRow,
  readRow,
  type TemplateUse,
  type TemplateUser,
  updateRow,
  usersOf
} from "./eventTypeQueries.ts"
import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

/** Judges what is there, while no one else may change it. */
export type DecideEventType<A, E> = (current: Option.Option<EventTypeAnswer>) => Result.Result<A, E>

export interface EventTypeList {
  readonly items: ReadonlyArray<EventTypeAnswer>
  readonly total: number
}

export class EventTypeRepository extends Context.Service<
  EventTypeRepository,
  {
    /** None where the name is taken. */
    readonly insert: (
      key: EventTypeKey,
      definition: EventDefinition
    ) => Effect.Effect<Option.Option<EventTypeAnswer>, LedgerUnreachable>
    /** Writes what is decided, nothing where that is none; answers what is there then. */
    readonly put: <E>(
      key: EventTypeKey,
      decide: DecideEventType<Option.Option<EventDefinition>, E>
    ) => Effect.Effect<EventTypeAnswer, E | LedgerUnreachable>
    readonly remove: <E>(
      key: EventTypeKey,
      decide: DecideEventType<void, E>
    ) => Effect.Effect<void, E | LedgerUnreachable>
    readonly get: (key: EventTypeKey) => Effect.Effect<Option.Option<EventTypeAnswer>, LedgerUnreachable>
    /** By name. */
    readonly list: (
      organizationId: OrganizationId,
      page: Page
    ) => Effect.Effect<EventTypeList, LedgerUnreachable>
    /** Those of the keys that exist, each once, in any order, by one statement. */
    readonly find: (
      keys: ReadonlyArray<EventTypeKey>
    ) => Effect.Effect<ReadonlyArray<EventTypeRow>, LedgerUnreachable>
    /** Those that send this template on this channel and say what their payload looks like. */
    readonly usersOf: (template: TemplateUse) => Effect.Effect<ReadonlyArray<TemplateUser>, LedgerUnreachable>
  }
>()("carillon/repositories/EventTypeRepository") {
  static readonly layer = Layer.effect(
    EventTypeRepository,
    Effect.gen(function* () {
      const { first, rows, transaction } = statementsOn(yield* Postgres)

      /** None where another one made the type after we had looked. */
      const tryPut = Effect.fnUntraced(function* <E>(
        key: EventTypeKey,
        decide: DecideEventType<Option.Option<EventDefinition>, E>
      ) {
        const current = yield* first((sql) => lockRow(sql, key))
        const decided = decide(current)
        if (Result.isFailure(decided)) return Result.fail(decided.failure)
        if (Option.isNone(decided.success)) return Result.succeed(current)
        const definition = decided.success.value
        const write = Option.isNone(current) ? insertRow : updateRow
        return Result.succeed(yield* first((sql) => write(sql, key, definition)))
      })

      const put = Effect.fn("EventTypeRepository.put")(function* <E>(
        key: EventTypeKey,
        decide: DecideEventType<Option.Option<EventDefinition>, E>
      ) {
        let written = Option.none<EventTypeAnswer>()
        while (Option.isNone(written)) written = yield* transaction(tryPut(key, decide))
        return written.value
      })

      const tryRemove = Effect.fnUntraced(function* <E>(key: EventTypeKey, decide: DecideEventType<void, E>) {
        const decided = decide(yield* first((sql) => lockRow(sql, key)))
        if (Result.isSuccess(decided)) yield* rows((sql) => deleteRow(sql, key))
        return decided
      })

      const list = Effect.fn("EventTypeRepository.list")(function* (
        organizationId: OrganizationId,
        page: Page
      ) {
        const items = yield* rows((sql) => listRows(sql, organizationId, page))
        const counts = yield* rows((sql) => countRows(sql, organizationId))
        return { items, total: counts.at(0)?.total ?? 0 }
      })

      return EventTypeRepository.of({
        insert: (key, definition) => first((sql) => insertRow(sql, key, definition)),
        put,
        remove: (key, decide) => transaction(tryRemove(key, decide)),
        get: (key) => first((sql) => readRow(sql, key)),
        list,
        find: (keys) => rows((sql) => findRows(sql, keys)),
        usersOf: (template) => rows((sql) => usersOf(sql, template))
      })
    })
  )
}
