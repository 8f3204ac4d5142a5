/** What a new organization begins with: the event types of the contract, and the templates of the folder `templates`. */

import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { Context, Effect, Layer, Result, Schema } from "effect"

import { defaultOrganization, type OrganizationId } from "#schemas/Ids.ts"
import { builtInEventTypes } from "#src/domain/builtInEvents.ts"
import { readTemplate } from "#src/domain/templates.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { OrganizationRepository } from "#src/repositories/OrganizationRepository.ts"

import { drawTemplateId } from "./drawTemplateId.ts"

const folder = join(import.meta.dirname, "../../templates")

const Head = Schema.fromJsonString(
  Schema.StructWithRest(
    Schema.Struct({
      template_code: Schema.String,
      channel: Schema.String,
      locale: Schema.String,
      description: Schema.NullOr(Schema.String)
    }),
    [Schema.Record(Schema.String, Schema.Unknown)]
  )
)
const decodeHead = Schema.decodeUnknownResult(Head)

/** `body.html` and `body.txt`, by the names of the channel's content. */
const longFields = (place: string, channel: string): Readonly<Record<string, string>> => {
  const names = channel === "email" ? { "body.html": "html", "body.txt": "text" } : { "body.txt": "body" }
  return Object.fromEntries(
    Object.entries(names)
      .filter(([file]) => existsSync(join(place, file)))
      .map(([file, name]) => [name, readFileSync(join(place, file), "utf8")])
  )
}

/** One template of the folder, checked like those that authors write. */
const readPlace = (place: string) => {
  const text = readFileSync(join(place, "template.json"), "utf8")
  return Result.flatMap(decodeHead(text), ({ channel, description, locale, template_code, ...short }) =>
    readTemplate({
      template_code,
      channel,
      locale,
      description,
      content: { ...short, ...longFields(place, channel) }
    })
  )
}

/** The templates that come with Carillon; a file that is no template is our own mistake, a defect. */
export const builtInTemplates = Effect.suspend(() => {
  const places = globSync("*/*/template.json", { cwd: folder }).toSorted()
  const read = Result.all(places.map((place) => readPlace(join(folder, place, ".."))))
  return Effect.orDie(Effect.fromResult(read))
})

export class BuiltIns extends Context.Service<
  BuiltIns,
  {
    /** Makes the organizations that are new. Asks the ledger only about those that this process has not seen. */
    readonly ensure: (ids: ReadonlyArray<OrganizationId>) => Effect.Effect<void, LedgerUnreachable>
  }
>()("carillon/services/BuiltIns") {
  static readonly layer = Layer.effect(
    BuiltIns,
    Effect.gen(function* () {
      const organizations = yield* OrganizationRepository
      const templates = yield* builtInTemplates
      const known = new Set<OrganizationId>()

      const ensure = Effect.fnUntraced(function* (ids: ReadonlyArray<OrganizationId>) {
        const unseen = ids.filter((id) => !known.has(id))
        if (unseen.length === 0) return
        yield* organizations.ensure(unseen, { eventTypes: builtInEventTypes, templates }, drawTemplateId)
        for (const id of unseen) known.add(id)
      })

      return BuiltIns.of({ ensure })
    })
  )
}

/** After each migration. */
export const seedDefault: Effect.Effect<void, LedgerUnreachable, BuiltIns> = BuiltIns.use(({ ensure }) =>
  ensure([defaultOrganization])
)
