/** Templates and their versions. */

import { Context, Effect, Layer, Option, Result } from "effect"

import { type OrganizationId } from "#schemas/Ids.ts"
import { type Template, type TemplateVersion } from "#schemas/Template.ts"
import { type Page } from "#src/domain/page.ts"
import { type Draft, type TemplateIdentity } from "#src/domain/templates.ts"
import { Postgres } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"
import {
  countRows,
  deleteRow,
  findRows,
  idOf,
  insertRow,
  listRows,
  lockRow,
  type NewTemplate,
  readRow,
  type TemplateFound,
  type TemplateKey,
  type TemplateListing,
  type TemplateQuestion,
  updateRow,
  versionRows
} from "./templateQueries.ts"

/** Judges what is there, while no one else may change it. */
export type DecideTemplate<A, E> = (current: Option.Option<Template>) => Result.Result<A, E>

export class TemplateRepository extends Context.Service<
  TemplateRepository,
  {
    /** None where code, channel and locale are taken. */
    readonly insert: (
      key: TemplateKey,
      template: NewTemplate
    ) => Effect.Effect<Option.Option<Template>, LedgerUnreachable>
    /** Whose they are. */
    readonly idOf: (
      organizationId: OrganizationId,
      identity: TemplateIdentity
    ) => Effect.Effect<Option.Option<string>, LedgerUnreachable>
    /** Writes the next version where one is decided; answers what is there then. */
    readonly change: <E>(
      key: TemplateKey,
      decide: DecideTemplate<Option.Option<Draft>, E>
    ) => Effect.Effect<Option.Option<Template>, E | LedgerUnreachable>
    readonly remove: <E>(
      key: TemplateKey,
      decide: DecideTemplate<void, E>
    ) => Effect.Effect<void, E | LedgerUnreachable>
    readonly get: (key: TemplateKey) => Effect.Effect<Option.Option<Template>, LedgerUnreachable>
    /** By code, channel and locale. */
    readonly list: (
      listing: TemplateListing
    ) => Effect.Effect<{ readonly items: ReadonlyArray<Template>; readonly total: number }, LedgerUnreachable>
    /** The newest first. Their number is the template's version. */
    readonly versions: (
      key: TemplateKey,
      page: Page
    ) => Effect.Effect<ReadonlyArray<TemplateVersion>, LedgerUnreachable>
    /** At most one answer a question, in any order, by one statement. */
    readonly find: (
      questions: ReadonlyArray<TemplateQuestion>
    ) => Effect.Effect<ReadonlyArray<TemplateFound>, LedgerUnreachable>
  }
>()("carillon/repositories/TemplateRepository") {
  static readonly layer = Layer.effect(
    TemplateRepository,
    Effect.gen(function* () {
      const { first, rows, transaction } = statementsOn(yield* Postgres)

      const tryChange = Effect.fnUntraced(function* <E>(
        key: TemplateKey,
        decide: DecideTemplate<Option.Option<Draft>, E>
      ) {
        const current = yield* first((sql) => lockRow(sql, key))
        const decided = decide(current)
        if (Result.isFailure(decided)) return Result.fail(decided.failure)
        if (Option.isNone(decided.success)) return Result.succeed(current)
        const draft = decided.success.value
        return Result.succeed(yield* first((sql) => updateRow(sql, key, draft)))
      })

      const tryRemove = Effect.fnUntraced(function* <E>(key: TemplateKey, decide: DecideTemplate<void, E>) {
        const decided = decide(yield* first((sql) => lockRow(sql, key)))
        if (Result.isSuccess(decided)) yield* rows((sql) => deleteRow(sql, key))
        return decided
      })

      const list = Effect.fn("TemplateRepository.list")(function* (listing: TemplateListing) {
        const items = yield* rows((sql) => listRows(sql, listing))
        const counts = yield* rows((sql) => countRows(sql, listing))
        return { items, total: counts.at(0)?.total ?? 0 }
      })

      return TemplateRepository.of({
        insert: (key, template) => first((sql) => insertRow(sql, key, template)),
        idOf: (organizationId, identity) =>
          Effect.map(
            first((sql) => idOf(sql, organizationId, identity)),
            Option.map(({ template_id }) => template_id)
          ),
        change: (key, decide) => transaction(tryChange(key, decide)),
        remove: (key, decide) => transaction(tryRemove(key, decide)),
        get: (key) => first((sql) => readRow(sql, key)),
        list,
        versions: (key, page) => rows((sql) => versionRows(sql, key, page)),
        find: (questions) => rows((sql) => findRows(sql, questions))
      })
    })
  )
}
