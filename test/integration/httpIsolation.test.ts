/** What belongs to another organization is not there: the same answer as to what was never made. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { Postgres } from "#src/postgres/Postgres.ts"
import { asOperatorOf, bearer, newKey } from "#test/support/apiKeys.ts"
import { at, call, registration } from "#test/support/httpCall.ts"
import { httpServer } from "#test/support/httpServer.ts"
import { declaredRoutes, nameOf, pathWith } from "#test/support/routes.ts"

const rule = {
  template_code: "private",
  channels: ["email"],
  recipients: { from: "payload", path: "user_id" }
}
const type = { event_type: "acme_only", notifications: [rule] }
const content = { subject: "Private", html: "<p>Private</p>", text: null }
const template = { template_code: "private", channel: "email", locale: "en", description: null, content }

/** A well-formed body for each route that wants one, so that nothing but the id decides. */
const bodies: Readonly<Record<string, unknown>> = {
  "PUT /api/v1/templates/:template_id": template,
  "PATCH /api/v1/templates/:template_id": { description: "mine" },
  "POST /api/v1/templates/:template_id/preview": { data: {} },
  "POST /api/v1/deliveries/:job_id/resolve": { as: "failed", note: "mine" }
}

/** What a PUT makes in one's own organization, and lists that are empty there, are no look into another one. */
const ownNames = new Set(["PUT /api/v1/event-types/:event_type", "GET /api/v1/users/:user_id/notifications"])

const guarded = declaredRoutes.filter(({ asksForKey }) => asksForKey)
const withIds = guarded.filter((route) => route.path.includes(":") && !ownNames.has(nameOf(route)))
const lists = guarded.filter(({ method, path }) => method === "GET" && !path.includes(":"))

const user_id = "ada-of-acme"

/** One of everything. */
const plant = Effect.fnUntraced(function* (organization: string) {
  const headers = asOperatorOf(organization)
  const { api_key_id } = yield* newKey("viewer", organization)
  const event = registration({ payload: { user_id, email: "ada@acme.example" } })
  const accepted = yield* call({ path: "/api/v1/events", headers, body: event })
  assert.strictEqual(accepted.status, 202, accepted.text)
  const story = yield* call({ path: `/api/v1/events/${event.event_id}`, headers })
  const made = yield* call({ path: "/api/v1/templates", headers, body: template })
  assert.strictEqual(made.status, 201, made.text)
  const typed = yield* call({ path: "/api/v1/event-types", headers, body: type })
  assert.strictEqual(typed.status, 201, typed.text)
  const dead_letter_id = randomUUID()
  yield* Postgres.use(({ query }) =>
    query(
      (sql) => sql`
        insert into dead_letters (dead_letter_id, organization_id, stream, subject, consumer, reason, detail, deliveries,
          body, died_at)
        values (${dead_letter_id}, ${organization}, 'EVENTS', 'events.acme.x', 'plan-events', 'invalid_json', 'private', 1, '', now())`
    )
  )
  return {
    event_id: event.event_id,
    job_id: String(at(story, "jobs.0.job_id")),
    template_id: String(made.json["template_id"]),
    event_type: type.event_type,
    dead_letter_id,
    api_key_id,
    user_id
  }
})

const unknown = {
  event_id: randomUUID(),
  job_id: randomUUID(),
  template_id: `tpl_${randomUUID().replaceAll("-", "")}`,
  event_type: "other_only",
  dead_letter_id: randomUUID(),
  api_key_id: `key_${"a".repeat(20)}`,
  user_id: "nobody"
}

/** Without the ids that were asked for. */
const withoutIds = (text: string, ids: Readonly<Record<string, string>>): string =>
  Object.values(ids).reduce((rest, id) => rest.replaceAll(id, "<id>"), text)

layer(httpServer({ embedded: false, nats: "none" }), { excludeTestServices: true })("isolation", (it) => {
  it.effect("answers every route with another organization's id as with one of nothing", () =>
    Effect.gen(function* () {
      const theirs = yield* plant("acme")
      const { key } = yield* newKey("operator", "rival")
      for (const route of withIds) {
        const { method } = route
        const ask = (ids: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) =>
          call({ method, path: pathWith(route.path, ids), headers, body: bodies[nameOf(route)] })
        const foreign = yield* ask(theirs, bearer(key))
        const nothing = yield* ask(unknown, bearer(key))
        assert.strictEqual(foreign.status, 404, `${nameOf(route)} ${foreign.text}`)
        assert.strictEqual(withoutIds(foreign.text, theirs), withoutIds(nothing.text, unknown), nameOf(route))
      }
    })
  )

  it.effect("lists nothing of another organization", () =>
    Effect.gen(function* () {
      const theirs = yield* plant("hermit")
      const { key } = yield* newKey("operator", "stranger")
      const filters = ["", "?event_id=", "?user_id=", "?job_id="]
      for (const route of lists)
        for (const filter of filters) {
          const name = filter.slice(1, -1)
          const value = new Map(Object.entries(theirs)).get(name) ?? ""
          const path = `${route.path}${filter}${value}`
          const { status, text } = yield* call({ path, headers: bearer(key) })
          assert.isBelow(status, 500, path)
          for (const id of [
            theirs.job_id,
            theirs.event_id,
            theirs.template_id,
            theirs.dead_letter_id,
            "hermit"
          ])
            assert.notInclude(text.replaceAll(path, ""), id, path)
        }
      const history = yield* call({
        path: pathWith("/api/v1/users/:user_id/notifications", theirs),
        headers: bearer(key)
      })
      assert.deepInclude(history.json, { notifications: [], total: 0 })
    })
  )

  it.effect("leaves everything of the other organization as it was", () =>
    Effect.gen(function* () {
      const headers = asOperatorOf("acme")
      for (const path of ["/api/v1/event-types/acme_only", "/api/v1/templates?template_code=private"]) {
        const reply = yield* call({ path, headers })
        assert.strictEqual(reply.status, 200)
        assert.include(reply.text, "private")
      }
      const { json } = yield* call({ path: "/api/v1/api-keys", headers })
      assert.isAbove(Number(json["total"]), 0)
    })
  )

  it.effect("keeps the same name in two organizations apart", () =>
    Effect.gen(function* () {
      const { key } = yield* newKey("editor", "rival")
      const put = yield* call({
        method: "PUT",
        path: "/api/v1/event-types/acme_only",
        headers: bearer(key),
        body: { notifications: [] }
      })
      assert.deepStrictEqual([put.status, put.json["version"]], [200, 1])
      const theirs = yield* call({ path: "/api/v1/event-types/acme_only", headers: asOperatorOf("acme") })
      assert.strictEqual(at(theirs, "notifications.0.template_code"), "private")
    })
  )
})
