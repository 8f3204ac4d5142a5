/** `/api/v1/templates`: what messages say. */

import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"

import { type Channel } from "#schemas/Channel.ts"
import { Api } from "#schemas/http/Api.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { defaultLimit } from "#schemas/http/Page.ts"
import { shorten } from "#schemas/Instant.ts"
import { SavedTemplate, type TemplateVersion } from "#schemas/Template.ts"
import { canonicalLocale } from "#src/domain/templateLookup.ts"
import { type Idempotency } from "#src/services/Idempotency.ts"
import { Previews } from "#src/services/Previews.ts"
import { Templates } from "#src/services/Templates.ts"

import { idempotent } from "./idempotent.ts"
import { respond } from "./problem.ts"
import { limits_bytes, readJson, readJsonOrNothing } from "./readBody.ts"
import { ifMatchHeader, versioned, withShortInstants } from "./versioned.ts"

const keyOf = (templateId: string) =>
  Effect.map(Caller, ({ organizationId }) => ({ organizationId, templateId }))

const create = Effect.gen(function* () {
  const templates = yield* Templates
  const { organizationId } = yield* Caller
  const { value } = yield* readJson(limits_bytes.resource)
  return versioned(yield* idempotent(value, SavedTemplate, templates.create(organizationId, value)), 201)
})

const change = Effect.fnUntraced(function* (templateId: string, by: "put" | "patch") {
  const templates = yield* Templates
  const { value } = yield* readJson(limits_bytes.resource)
  const ifMatch = yield* ifMatchHeader
  return versioned(yield* templates.change(yield* keyOf(templateId), { by, body: value, ...ifMatch }))
})

const remove = Effect.fnUntraced(function* (templateId: string) {
  const templates = yield* Templates
  const { ifMatch } = yield* ifMatchHeader
  yield* templates.remove(yield* keyOf(templateId), ifMatch)
  return HttpServerResponse.empty({ status: 204 })
})

const preview = Effect.fnUntraced(function* (templateId: string) {
  const previews = yield* Previews
  const { value } = yield* readJsonOrNothing(limits_bytes.resource)
  return yield* previews.make(yield* keyOf(templateId), value)
})

const get = Effect.fnUntraced(function* (templateId: string) {
  const templates = yield* Templates
  return versioned(yield* templates.get(yield* keyOf(templateId)))
})

interface ListQuery {
  readonly limit?: number
  readonly offset?: number
}

const pageOf = ({ limit = defaultLimit, offset = 0 }: ListQuery) => ({ limit, offset })

const describeVersion = (version: TemplateVersion): TemplateVersion => ({
  ...version,
  created_at: shorten(version.created_at)
})

const versions = Effect.fnUntraced(function* (templateId: string, query: ListQuery) {
  const templates = yield* Templates
  const { items, ...members } = yield* templates.versions(yield* keyOf(templateId), pageOf(query))
  return {
    versions: items.map(describeVersion),
    ...members
  }
})

interface TemplatesQuery extends ListQuery {
  readonly template_code?: string
  readonly channel?: Channel
  readonly locale?: string
}

const list = Effect.fnUntraced(function* ({ channel, locale, template_code, ...page }: TemplatesQuery) {
  const templates = yield* Templates
  const { organizationId } = yield* Caller
  const filter = {
    ...(template_code === undefined ? {} : { templateCode: template_code }),
    ...(channel === undefined ? {} : { channel }),
    ...(locale === undefined ? {} : { locale: canonicalLocale(locale) })
  }
  const { items, ...members } = yield* templates.list({ organizationId, filter, page: pageOf(page) })
  return { templates: items.map(withShortInstants), ...members }
})

export const TemplatesHandlers = HttpApiBuilder.group(
  Api,
  "templates",
  Effect.fnUntraced(function* (handlers) {
    const context = yield* Effect.context<Templates | Previews | Idempotency>()
    const provide = Effect.provideContext(context)
    return handlers
      .handleRaw("create", () => respond(provide(create)))
      .handle("list", ({ query }) => respond(provide(list(query))))
      .handle("get", ({ params }) => respond(provide(get(params.template_id))))
      .handleRaw("put", ({ params }) => respond(provide(change(params.template_id, "put"))))
      .handleRaw("patch", ({ params }) => respond(provide(change(params.template_id, "patch"))))
      .handle("remove", ({ params }) => respond(provide(remove(params.template_id))))
      .handle("versions", ({ params, query }) => respond(provide(versions(params.template_id, query))))
      .handleRaw("preview", ({ params }) => respond(provide(preview(params.template_id))))
  })
)
