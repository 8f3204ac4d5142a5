/** Templates in Postgres: versions, previews, and what the workers find. */

import { assert, layer } from "@effect/vitest"
import { Effect, Result } from "effect"

import { OrganizationId } from "#schemas/Ids.ts"
import { renderEmail } from "#src/domain/render.ts"
import { Postgres } from "#src/postgres/Postgres.ts"
import { eventTypeKey, EventTypes } from "#src/services/EventTypes.ts"
import { Previews } from "#src/services/Previews.ts"
import { Templates } from "#src/services/Templates.ts"
import { catalogue } from "#test/support/catalogue.ts"

const body = {
  template_code: "receipt",
  channel: "email",
  locale: "en",
  content: { subject: "Order {{order.id}}", html: "<p>Thanks, {{first_name}}</p>" }
}
const page = { limit: 20, offset: 0 }

const make = (organization: string, changes: object = {}) =>
  Effect.gen(function* () {
    const organizationId = OrganizationId.make(organization)
    const template = yield* Templates.use(({ create }) => create(organizationId, { ...body, ...changes }))
    return { template, key: { organizationId, templateId: template.template_id } }
  })

const job = (organization: string, locale: string) => ({
  row: {
    organization_id: OrganizationId.make(organization),
    template_code: "receipt",
    channel_type: "email" as const
  },
  locale
})

layer(catalogue)("Templates", (it) => {
  it.effect("makes a template once, and names it to whoever makes it again", () =>
    Effect.gen(function* () {
      const { key, template } = yield* make("create")
      assert.match(template.template_id, /^tpl_[0-9a-f]{32}$/)
      const { warnings, ...saved } = template
      assert.deepStrictEqual(warnings, [])
      assert.deepStrictEqual(yield* Templates.use(({ get }) => get(key)), saved)
      const again = yield* Effect.flip(make("create", { locale: "EN" }))
      assert.deepInclude(again, { reason: "conflict", code: "template_exists" })
      assert.strictEqual(again._tag === "Rejected" && again.extra["template_id"], template.template_id)
    })
  )

  it.effect("keeps every version, and makes none where nothing changes", () =>
    Effect.gen(function* () {
      const templates = yield* Templates
      const { key } = yield* make("versions")
      assert.strictEqual((yield* templates.change(key, { by: "put", body })).version, 1)
      const patched = yield* templates.change(key, { by: "patch", body: { subject: "New" }, ifMatch: `"1"` })
      assert.deepInclude(patched, { version: 2 })
      const stale = yield* Effect.flip(templates.change(key, { by: "patch", body: {}, ifMatch: `"1"` }))
      assert.deepInclude(stale, { reason: "stale" })
      const versions = yield* templates.versions(key, page)
      assert.deepStrictEqual(
        versions.items.map(({ content, version }) => [version, content["subject"]]),
        [
          [2, "New"],
          [1, "Order {{order.id}}"]
        ]
      )
      assert.deepInclude(versions, { total: 2, has_more: false })
    })
  )

  it.effect("lists by code, channel and locale", () =>
    Effect.gen(function* () {
      const templates = yield* Templates
      const organizationId = OrganizationId.make("list")
      for (const locale of ["ru", "de", "en"]) yield* make("list", { locale })
      yield* make("list", { template_code: "welcome" })
      const all = yield* templates.list({ organizationId, filter: {}, page: { limit: 2, offset: 0 } })
      assert.deepInclude(all, { total: 4, has_more: true })
      const filter = { templateCode: "receipt", channel: "email", locale: "ru" } as const
      const { items } = yield* templates.list({ organizationId, filter, page })
      assert.deepStrictEqual(
        items.map(({ locale }) => locale),
        ["ru"]
      )
    })
  )

  it.effect("removes a template with its versions, for its own organization alone", () =>
    Effect.gen(function* () {
      const templates = yield* Templates
      const { key } = yield* make("remove")
      const foreign = { ...key, organizationId: OrganizationId.make("other") }
      for (const failing of [
        templates.remove(foreign, undefined),
        templates.get(foreign),
        templates.versions(foreign, page),
        templates.change(foreign, { by: "patch", body: {} })
      ])
        assert.deepInclude(yield* Effect.flip(failing), { reason: "missing" })
      yield* templates.remove(key, undefined)
      assert.deepInclude(yield* Effect.flip(templates.get(key)), { reason: "missing" })
    })
  )

  it.effect("warns of variables that the event type does not know", () =>
    Effect.gen(function* () {
      const organizationId = OrganizationId.make("warn")
      yield* EventTypes.use(({ create }) =>
        create(organizationId, {
          event_type: "order_paid",
          payload_schema: { type: "object", properties: { user_id: {} } },
          notifications: [
            {
              template_code: "receipt",
              channels: ["email"],
              recipients: { from: "payload", path: "user_id" }
            }
          ]
        })
      )
      const { template } = yield* make("warn")
      assert.deepStrictEqual(
        template.warnings.map(({ path }) => path),
        ["content.subject"]
      )
    })
  )

  it.effect("previews for a user, and refuses one that no one knows", () =>
    Effect.gen(function* () {
      const previews = yield* Previews
      const { key } = yield* make("preview")
      yield* Postgres.use(({ query }) =>
        query(
          (sql) =>
            sql`insert into profiles (organization_id, user_id, first_name) values ('preview', 'u1', 'Ada & Co')`
        )
      )
      const preview = yield* previews.make(key, { user_id: "u1", data: {} })
      assert.strictEqual(preview.rendered["html"], "<p>Thanks, Ada &amp; Co</p>")
      assert.deepStrictEqual(preview.missing, ["order.id"])
      assert.sameMembers([...(yield* previews.make(key, undefined)).missing], ["order.id", "first_name"])
      const wrong = yield* Effect.flip(previews.make(key, { user_id: "u2" }))
      assert.deepInclude(wrong, { reason: "invalid" })
      assert.deepInclude(yield* Effect.flip(previews.make(key, { dta: {} })), { reason: "invalid" })
    })
  )
})

layer(catalogue)("Templates.forJobs", (it) => {
  it.effect("finds the template of each job's locale, or what that falls back to", () =>
    Effect.gen(function* () {
      const templates = yield* Templates
      for (const locale of ["en", "de", "de-AT"]) yield* make("locales", { locale })
      yield* make("russian", { locale: "ru" })
      const jobs = [
        ...["de_at", "de-CH", "fr", "de_at"].map((locale) => job("locales", locale)),
        job("russian", "de"),
        job("nobody", "en")
      ]
      const chosen = yield* templates.forJobs(jobs)
      assert.deepStrictEqual(
        chosen.map((template) => template?.locale ?? "none"),
        ["de-AT", "de", "en", "de-AT", "none", "none"]
      )
      assert.deepStrictEqual(yield* templates.forJobs([]), [])
    })
  )

  it.effect("compiles a version once, and a change at its next use", () =>
    Effect.gen(function* () {
      const templates = yield* Templates
      const { key } = yield* make("cache")
      const jobs = [job("cache", "en"), job("cache", "en-GB")]
      const [first, sibling] = yield* templates.forJobs(jobs)
      assert.strictEqual(first?.compiled, sibling?.compiled)
      const [again] = yield* templates.forJobs(jobs)
      assert.strictEqual(again?.compiled, first?.compiled)
      yield* templates.change(key, { by: "patch", body: { subject: "New" } })
      const [changed] = yield* templates.forJobs(jobs)
      assert.strictEqual(changed?.version, 2)
      assert.notStrictEqual(changed?.compiled, first?.compiled)
      yield* templates.remove(key, undefined)
      assert.deepStrictEqual(yield* templates.forJobs(jobs), [null, null])
    })
  )

  it.effect("sends the mail of an event type that two calls made", () =>
    Effect.gen(function* () {
      const organizationId = OrganizationId.make("curl")
      const types = yield* EventTypes
      const rules = [
        { template_code: "receipt", channels: ["email"], recipients: { from: "payload", path: "user_id" } }
      ]
      yield* types.create(organizationId, { event_type: "order_paid", notifications: rules })
      yield* make("curl")

      const key = { organizationId, eventType: "order_paid" }
      const type = (yield* types.find([key])).get(eventTypeKey(key))
      const payload = { user_id: "u1", first_name: "Ada", order: { id: 7 } }
      assert.deepStrictEqual(type?.checkPayload(payload), [])
      assert.strictEqual(type?.definition.notifications[0]?.template_code, "receipt")
      const [chosen] = yield* Templates.use(({ forJobs }) => forJobs([job("curl", "en")]))
      const context = { data: payload, profile: {}, locale: "en", timezone: "UTC" }
      const mail = chosen?.compiled && Result.getOrThrow(renderEmail(chosen.compiled, context))
      assert.deepInclude(mail, { subject: "Order 7", html: "<p>Thanks, Ada</p>", text: "Thanks, Ada" })
    })
  )

  it.effect("leaves jobs without a template where its text can no longer be read", () =>
    Effect.gen(function* () {
      yield* make("broken")
      yield* Postgres.use(({ query }) =>
        query(
          (sql) => sql`update message_templates set version = 2, content = '{"subject": "{{", "html": "x"}'
            where organization_id = 'broken'`
        )
      )
      assert.deepStrictEqual(yield* Templates.use(({ forJobs }) => forJobs([job("broken", "en")])), [null])
    })
  )
})
