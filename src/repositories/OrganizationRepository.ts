/** Organizations, and what each begins with. */

import { Context, Effect, Layer, Result } from "effect"

import { type EventDefinition } from "#schemas/EventDefinition.ts"
import { type EventType, type OrganizationId } from "#schemas/Ids.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { insertRow as insertEventType } from "./eventTypeQueries.ts"
import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"
import { insertRow as insertTemplate, type NewTemplate } from "./templateQueries.ts"

/** What a new organization finds there. */
export interface Beginning {
  readonly eventTypes: ReadonlyArray<{ readonly eventType: EventType; readonly definition: EventDefinition }>
  readonly templates: ReadonlyArray<NewTemplate>
}

const insertOrganizations = (sql: Sql, ids: ReadonlyArray<OrganizationId>) => sql<
  Array<{ readonly organization_id: OrganizationId }>
>`
  insert into organizations (organization_id)
  select distinct id from unnest(${ids}::text[]) as u (id) order by id
  on conflict do nothing
  returning organization_id`

export class OrganizationRepository extends Context.Service<
  OrganizationRepository,
  {
    /**
     * Makes those that are new, each with the beginning, all or none; answers which they are. What an organization has
     * changed or removed since stays so.
     *
     * @param drawTemplateId a new one each time
     */
    readonly ensure: (
      ids: ReadonlyArray<OrganizationId>,
      beginning: Beginning,
      drawTemplateId: Effect.Effect<string>
    ) => Effect.Effect<ReadonlyArray<OrganizationId>, LedgerUnreachable>
  }
>()("carillon/repositories/OrganizationRepository") {
  static readonly layer = Layer.effect(
    OrganizationRepository,
    Effect.gen(function* () {
      const { rows, transaction } = statementsOn(yield* Postgres)

      const begin = Effect.fnUntraced(function* (
        organizationId: OrganizationId,
        { eventTypes, templates }: Beginning,
        drawTemplateId: Effect.Effect<string>
      ) {
        for (const { definition, eventType } of eventTypes)
          yield* rows((sql) => insertEventType(sql, { organizationId, eventType }, definition))
        for (const template of templates) {
          const templateId = yield* drawTemplateId
          yield* rows((sql) => insertTemplate(sql, { organizationId, templateId }, template))
        }
      })

      const ensure = Effect.fn("OrganizationRepository.ensure")(function* (
        ids: ReadonlyArray<OrganizationId>,
        beginning: Beginning,
        drawTemplateId: Effect.Effect<string>
      ) {
        const made = yield* rows((sql) => insertOrganizations(sql, ids))
        const fresh = made.map(({ organization_id }) => organization_id)
        yield* Effect.forEach(fresh, (id) => begin(id, beginning, drawTemplateId), { discard: true })
        return Result.succeed(fresh)
      })

      return OrganizationRepository.of({
        ensure: (ids, beginning, drawTemplateId) => transaction(ensure(ids, beginning, drawTemplateId))
      })
    })
  )
}
