/** Templates: what authors write, and what the workers send. */

import { Context, Effect, Layer, Option, Result } from "effect"

import { type OrganizationId } from "#schemas/Ids.ts"
import { type SavedTemplate, type Template, type TemplateVersion } from "#schemas/Template.ts"
import { type ChosenTemplate } from "#src/domain/compose.ts"
import { type Page, type PageOf, pageOf } from "#src/domain/page.ts"
import { type Rejected } from "#src/domain/Rejected.ts"
import {
  decideChange,
  decideRemoval,
  readTemplate,
  type TemplateChange,
  templateExists,
  unknownTemplate
} from "#src/domain/templates.ts"
import { templateWarnings } from "#src/domain/templateWarnings.ts"
import { EventTypeRepository } from "#src/repositories/EventTypeRepository.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { type TemplateKey, type TemplateListing } from "#src/repositories/templateQueries.ts"
import { TemplateRepository } from "#src/repositories/TemplateRepository.ts"

import { compiledTemplates, type TemplateRequest } from "./compiledTemplates.ts"
import { drawTemplateId } from "./drawTemplateId.ts"

type Failure = Rejected | LedgerUnreachable

const existing = ({ templateId }: TemplateKey, current: Option.Option<Template>) =>
  Result.fromOption(current, () => unknownTemplate(templateId))

export class Templates extends Context.Service<
  Templates,
  {
    readonly create: (organizationId: OrganizationId, body: unknown) => Effect.Effect<SavedTemplate, Failure>
    /** What changes nothing makes no version. */
    readonly change: (key: TemplateKey, change: TemplateChange) => Effect.Effect<SavedTemplate, Failure>
    /** With its versions. @param ifMatch the header, as it came */
    readonly remove: (key: TemplateKey, ifMatch: string | undefined) => Effect.Effect<void, Failure>
    readonly get: (key: TemplateKey) => Effect.Effect<Template, Failure>
    /** By code, channel and locale. */
    readonly list: (listing: TemplateListing) => Effect.Effect<PageOf<Template>, LedgerUnreachable>
    /** The newest first. */
    readonly versions: (key: TemplateKey, page: Page) => Effect.Effect<PageOf<TemplateVersion>, Failure>
    /**
     * One answer for each request, in order, by one statement for all; null where neither the locale nor one that it
     * falls back to has a template, or (logged) where its text is of a language that this version cannot read.
     */
    readonly forJobs: (
      requests: ReadonlyArray<TemplateRequest>
    ) => Effect.Effect<ReadonlyArray<ChosenTemplate | null>, LedgerUnreachable>
  }
>()("carillon/services/Templates") {
  static readonly layer = Layer.effect(
    Templates,
    Effect.gen(function* () {
      const repository = yield* TemplateRepository
      const eventTypes = yield* EventTypeRepository

      const withWarnings = Effect.fnUntraced(function* (organizationId: OrganizationId, template: Template) {
        const { channel, template_code } = template
        const users = yield* eventTypes.usersOf({ organizationId, templateCode: template_code, channel })
        return { ...template, warnings: templateWarnings(template, users) }
      })

      const create = Effect.fn("Templates.create")(function* (organizationId: OrganizationId, body: unknown) {
        const wanted = yield* Effect.fromResult(readTemplate(body))
        const key = { organizationId, templateId: yield* drawTemplateId }
        let created = yield* repository.insert(key, wanted)
        // Whoever was in the way may be gone when we ask for its name.
        while (Option.isNone(created)) {
          const taken = yield* repository.idOf(organizationId, wanted.identity)
          if (Option.isSome(taken)) return yield* templateExists(wanted.identity, taken.value)
          created = yield* repository.insert(key, wanted)
        }
        return yield* withWarnings(organizationId, created.value)
      })

      const change = Effect.fn("Templates.change")(function* (key: TemplateKey, change: TemplateChange) {
        const changed = yield* repository.change(key, (current) =>
          Result.flatMap(existing(key, current), (template) => decideChange(template, change))
        )
        return yield* withWarnings(key.organizationId, yield* Effect.fromResult(existing(key, changed)))
      })

      const remove = Effect.fn("Templates.remove")(function* (key: TemplateKey, ifMatch: string | undefined) {
        yield* repository.remove(key, (current) =>
          Result.flatMap(existing(key, current), (template) => decideRemoval(template, ifMatch))
        )
      })

      const get = Effect.fn("Templates.get")(function* (key: TemplateKey) {
        return yield* Effect.fromResult(existing(key, yield* repository.get(key)))
      })

      const versions = Effect.fn("Templates.versions")(function* (key: TemplateKey, page: Page) {
        const { version } = yield* get(key)
        return pageOf(page, yield* repository.versions(key, page), version)
      })

      return Templates.of({
        create,
        change,
        remove,
        get,
        list: (listing) =>
          Effect.map(repository.list(listing), ({ items, total }) => pageOf(listing.page, items, total)),
        versions,
        forJobs: compiledTemplates(repository)
      })
    })
  )
}
