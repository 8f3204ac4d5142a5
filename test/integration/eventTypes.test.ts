/** Event types in Postgres: written by operators, read by every event. */

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { OrganizationId, TemplateCode } from "#schemas/Ids.ts"
import { Postgres } from "#src/postgres/Postgres.ts"
import { BuiltIns } from "#src/services/BuiltIns.ts"
import { eventTypeKey, EventTypes } from "#src/services/EventTypes.ts"
import { Templates } from "#src/services/Templates.ts"
import { catalogue } from "#test/support/catalogue.ts"

const rule = {
  template_code: TemplateCode.make("receipt"),
  channels: ["EMAIL"],
  recipients: { from: "payload" as const, path: "user_id" }
}
const payload_schema = { type: "object", required: ["user_id"], properties: { user_id: { type: "string" } } }
const body = { event_type: "order_paid", payload_schema, notifications: [rule] }

layer(catalogue)("EventTypes", (it) => {
  it.effect("makes a type once, and answers what was written", () =>
    Effect.gen(function* () {
      const organizationId = OrganizationId.make("create")
      const types = yield* EventTypes
      const created = yield* types.create(organizationId, body)
      assert.deepInclude(created, { version: 1, payload_schema })
      assert.deepStrictEqual(created.notifications, [{ ...rule, channels: ["email"] }])
      assert.deepStrictEqual(yield* types.get({ organizationId, eventType: "order_paid" }), created)
      const again = yield* Effect.flip(types.create(organizationId, body))
      assert.deepInclude(again, { reason: "conflict", code: "event_type_exists" })
    })
  )

  it.effect("puts what is new or different as the next version", () =>
    Effect.gen(function* () {
      const types = yield* EventTypes
      const key = { organizationId: OrganizationId.make("put"), eventType: "order_paid" }
      assert.strictEqual((yield* types.put(key, body)).version, 1)
      assert.strictEqual((yield* types.put(key, body)).version, 1)
      const changed = yield* types.put({ ...key, ifMatch: `"1"` }, { notifications: [] })
      assert.deepInclude(changed, { version: 2, payload_schema: null })
      assert.deepStrictEqual(changed.notifications, [])
      const stale = yield* Effect.flip(types.put({ ...key, ifMatch: `"1"` }, body))
      assert.deepInclude(stale, { reason: "stale" })
    })
  )

  it.effect("loses no change of ten that come at once", () =>
    Effect.gen(function* () {
      const types = yield* EventTypes
      const key = { organizationId: OrganizationId.make("race"), eventType: "order_paid" }
      const put = (title: number) => types.put(key, { ...body, payload_schema: { title: String(title) } })
      const versions = yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], put, {
        concurrency: "unbounded"
      })
      assert.sameMembers(
        versions.map(({ version }) => version),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
      )
    })
  )

  it.effect("removes, and keeps organizations apart", () =>
    Effect.gen(function* () {
      const types = yield* EventTypes
      const [mine, theirs] = [OrganizationId.make("mine"), OrganizationId.make("theirs")]
      yield* types.create(mine, body)
      yield* types.create(theirs, body)
      const key = { organizationId: mine, eventType: "order_paid" }
      assert.deepInclude(yield* Effect.flip(types.remove({ ...key, ifMatch: `"9"` })), { reason: "stale" })
      yield* types.remove(key)
      assert.deepInclude(yield* Effect.flip(types.remove(key)), { reason: "missing" })
      assert.deepInclude(yield* Effect.flip(types.get(key)), { reason: "missing" })
      assert.strictEqual((yield* types.list(theirs, { limit: 20, offset: 0 })).total, 1)
    })
  )

  it.effect("lists by name, page by page", () =>
    Effect.gen(function* () {
      const types = yield* EventTypes
      const organizationId = OrganizationId.make("list")
      for (const event_type of ["c", "a", "b"])
        yield* types.create(organizationId, { event_type, notifications: [] })
      const first = yield* types.list(organizationId, { limit: 2, offset: 0 })
      assert.deepStrictEqual(
        first.items.map(({ event_type }) => String(event_type)),
        ["a", "b"]
      )
      assert.deepInclude(first, { total: 3, has_more: true })
      const last = yield* types.list(organizationId, { limit: 2, offset: 2 })
      assert.deepInclude(last, { total: 3, has_more: false })
    })
  )

  it.effect("finds the types of a batch as they are now, with a check of payloads", () =>
    Effect.gen(function* () {
      const types = yield* EventTypes
      const organizationId = OrganizationId.make("find")
      const key = { organizationId, eventType: "order_paid" }
      const asked = [key, key, { organizationId, eventType: "unknown" }]
      yield* types.create(organizationId, body)
      const found = yield* types.find(asked)
      assert.deepStrictEqual([...found.keys()], [eventTypeKey(key)])
      const known = found.get(eventTypeKey(key))
      assert.strictEqual(known?.definition.version, 1)
      assert.deepStrictEqual(known?.checkPayload({ user_id: 7 }), [
        { path: "payload.user_id", message: "expected a string", got: "number" }
      ])
      // Made again under the same name and version, with another schema: nothing of the old one is remembered.
      yield* types.remove(key)
      yield* types.create(organizationId, { ...body, payload_schema: { required: ["order"] } })
      const again = (yield* types.find(asked)).get(eventTypeKey(key))
      assert.deepStrictEqual(
        again?.checkPayload({ user_id: 7 }).map(({ path }) => path),
        ["payload.order"]
      )
      assert.strictEqual((yield* types.find([])).size, 0)
    })
  )
})

layer(catalogue)("BuiltIns.ensure", (it) => {
  it.effect("begins each organization once, and leaves alone what it changed", () =>
    Effect.gen(function* () {
      const organizationId = OrganizationId.make("acme")
      const [types, templates, builtIns] = [yield* EventTypes, yield* Templates, yield* BuiltIns]
      const page = { limit: 100, offset: 0 }
      yield* Effect.all(
        [builtIns.ensure([organizationId, organizationId]), builtIns.ensure([organizationId])],
        {
          concurrency: "unbounded"
        }
      )
      const key = { organizationId, eventType: "user_registered" }
      assert.strictEqual((yield* types.get(key)).version, 1)
      const { items } = yield* templates.list({
        organizationId,
        filter: { templateCode: "welcome_email" },
        page
      })
      assert.deepStrictEqual(
        items.map(({ locale }) => locale),
        ["en", "ru"]
      )
      yield* types.remove(key)
      // Another process, which has seen nothing yet.
      yield* Effect.provide(
        BuiltIns.use(({ ensure }) => ensure([organizationId])),
        BuiltIns.layer,
        { local: true }
      )
      assert.deepInclude(yield* Effect.flip(types.get(key)), { reason: "missing" })
      const organizations = yield* Postgres.use(({ query }) =>
        query((sql) => sql`select 1 from organizations`)
      )
      assert.lengthOf(organizations, 1)
    })
  )
})
