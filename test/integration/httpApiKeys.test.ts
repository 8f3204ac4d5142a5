/** Keys of the API: shown once, kept as hashes, dead when revoked; each permits what its role permits. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { AccessRole } from "#schemas/AccessRole.ts"
import { Postgres } from "#src/postgres/Postgres.ts"
import { asOperatorOf, bearer, newKey } from "#test/support/apiKeys.ts"
import { eventually } from "#test/support/eventually.ts"
import { expectedPermissions } from "#test/support/expectedPermissions.ts"
import { at, call, each, registration } from "#test/support/httpCall.ts"
import { httpServer, operatorKey } from "#test/support/httpServer.ts"
import { declaredRoutes, nameOf, pathWith } from "#test/support/routes.ts"

const keys = "/api/v1/api-keys"
const operator = bearer(operatorKey)

/** Ids of things that are not there. */
const nowhere = {
  event_id: randomUUID(),
  job_id: randomUUID(),
  dead_letter_id: randomUUID(),
  user_id: "nobody",
  template_id: "tpl_none",
  event_type: "never_heard_of",
  api_key_id: `key_${"0".repeat(20)}`
}

const tables = Postgres.use(({ query }) =>
  query(
    (sql) => sql<Array<{ readonly text: string }>>`
      select api_keys::text as text from api_keys union all select idempotency_keys::text from idempotency_keys`
  )
)

const balanceWith = (key: string) =>
  Effect.map(call({ path: "/api/v1/balance", headers: bearer(key) }), ({ status }) => status)

layer(httpServer({ embedded: false, nats: "none" }), { excludeTestServices: true })(
  "/api/v1/api-keys",
  (it) => {
    it.effect("shows a key once, and keeps of it what nobody can use", () =>
      Effect.gen(function* () {
        const created = yield* call({
          path: keys,
          headers: operator,
          body: { name: "Nightly", role: "viewer" }
        })
        assert.strictEqual(created.status, 201, created.text)
        assert.deepInclude(created.json, {
          name: "Nightly",
          role: "viewer",
          organization_id: "default",
          last_used_at: null
        })
        assert.strictEqual(created.headers["cache-control"], "no-store")
        const key = String(created.json["key"])
        const secret = key.slice(-43)
        assert.strictEqual(yield* balanceWith(key), 200)
        const list = yield* call({ path: keys, headers: operator })
        assert.include(each(list, "api_keys", "api_key_id"), created.json["api_key_id"])
        assert.notInclude(list.text, secret)
        assert.notInclude(list.text, "hash")
        for (const { text } of yield* tables) assert.notInclude(text, secret)
        assert.isNotNull(at(list, "api_keys.0.last_used_at"))
      })
    )

    it.effect("makes one key of a request that is repeated, and does not keep it for the repetition", () =>
      Effect.gen(function* () {
        const request = {
          path: keys,
          headers: { ...operator, "idempotency-key": randomUUID() },
          body: { name: "Once", role: "publisher" }
        }
        const replies = yield* Effect.forEach([1, 2, 3, 4, 5], () => call(request), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual([...new Set(replies.map(({ status }) => status))], [201])
        assert.strictEqual(new Set(replies.map(({ json }) => json["api_key_id"])).size, 1)
        const shown = replies.map(({ json }) => json["key"]).filter((key) => typeof key === "string")
        assert.strictEqual(shown.length, 1)
        for (const { text } of yield* tables) assert.notInclude(text, shown.join("").slice(-43))
      })
    )

    it.effect("refuses a revoked key, also while it is in use", () =>
      Effect.gen(function* () {
        const { api_key_id, key } = yield* newKey("viewer")
        assert.strictEqual(yield* balanceWith(key), 200)
        const revoke = call({ method: "DELETE", path: `${keys}/${api_key_id}`, headers: operator })
        assert.strictEqual((yield* revoke).status, 204)
        const under = Effect.forEach([1, 2, 3, 4], () => balanceWith(key), { concurrency: "unbounded" })
        yield* eventually("the key is dead", under, {
          holds: (statuses) => statuses.every((status) => status === 401)
        })
        assert.deepStrictEqual(yield* under, [401, 401, 401, 401])
        assert.strictEqual((yield* revoke).status, 404)
      })
    )

    it.effect("takes no other secret under the id of a key, also beside the right one", () =>
      Effect.gen(function* () {
        const { key } = yield* newKey("viewer")
        const wrong = `${key.slice(0, -43)}${"A".repeat(43)}`
        const shown = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? key : wrong))
        const statuses = yield* Effect.forEach(shown, balanceWith, { concurrency: "unbounded" })
        assert.deepStrictEqual(
          statuses,
          shown.map((one) => (one === key ? 200 : 401))
        )
      })
    )

    it.effect.each([
      { what: "no name", body: { role: "viewer" }, path: "name" },
      { what: "an empty name", body: { name: "", role: "viewer" }, path: "name" },
      { what: "a blank name", body: { name: "  ", role: "viewer" }, path: "name" },
      { what: "a name of two lines", body: { name: "a\nb", role: "viewer" }, path: "name" },
      { what: "no role", body: { name: "x" }, path: "role" },
      { what: "a role that is none", body: { name: "x", role: "root" }, path: "role" },
      { what: "a member too many", body: { name: "x", role: "viewer", key: "mine" }, path: "key" },
      {
        what: "no organization",
        body: { name: "x", role: "viewer", organization_id: "A B" },
        path: "organization_id"
      }
    ])("answers 422 to $what, with its place", ({ body, path }) =>
      Effect.gen(function* () {
        const reply = yield* call({ path: keys, headers: operator, body })
        assert.strictEqual(reply.status, 422)
        assert.include(each(reply, "errors", "path"), path)
      })
    )
  }
)

layer(httpServer({ embedded: false, nats: "none" }), { excludeTestServices: true })("roles", (it) => {
  it.effect.each(AccessRole.literals.map((role) => ({ role })))(
    "lets $role call what the contract permits it, and nothing else",
    ({ role }) =>
      Effect.gen(function* () {
        const { key } = yield* newKey(role)
        for (const route of declaredRoutes.filter(({ asksForKey }) => asksForKey)) {
          const path = pathWith(route.path, nowhere)
          const reply = yield* call({ method: route.method, path, headers: bearer(key) })
          const isExpected = (expectedPermissions[nameOf(route)] ?? "").includes(role.slice(0, 1))
          assert.strictEqual(
            reply.json["code"] === "forbidden",
            !isExpected,
            `${nameOf(route)} ${reply.text}`
          )
          assert.strictEqual(reply.status === 403, !isExpected, nameOf(route))
          assert.notStrictEqual(reply.status, 401, nameOf(route))
          assert.isBelow(reply.status, 500, nameOf(route))
        }
      })
  )

  it.effect("asks who calls before it says what is permitted", () =>
    Effect.gen(function* () {
      for (const route of declaredRoutes.filter(({ asksForKey }) => asksForKey)) {
        const reply = yield* call({ method: route.method, path: pathWith(route.path, nowhere) })
        assert.strictEqual(reply.status, 401, nameOf(route))
      }
    })
  )

  it.effect("lets nobody but the installation's operator act for another organization", () =>
    Effect.gen(function* () {
      const { key } = yield* newKey("operator", "acme")
      const own = yield* call({
        path: "/api/v1/balance",
        headers: { ...bearer(key), "carillon-organization": "acme" }
      })
      assert.strictEqual(own.status, 200)
      const foreign = [
        call({ path: "/api/v1/balance", headers: { ...bearer(key), "carillon-organization": "default" } }),
        call({
          path: keys,
          headers: bearer(key),
          body: { name: "x", role: "viewer", organization_id: "default" }
        }),
        call({
          path: "/api/v1/events",
          headers: bearer(key),
          body: registration({ organization_id: "default" })
        })
      ]
      for (const reply of yield* Effect.all(foreign))
        assert.deepStrictEqual([reply.status, reply.json["code"]], [403, "organization_mismatch"])
      const unnamed = { ...operator, "carillon-organization": "No Name" }
      const reply = yield* call({ path: "/api/v1/balance", headers: unnamed })
      assert.deepStrictEqual([reply.status, reply.json["code"]], [422, "invalid_header"])
    })
  )

  it.effect("gives a new organization its built-ins with its first key", () =>
    Effect.gen(function* () {
      const body = { name: "first", role: "publisher", organization_id: "newcomer" }
      const reply = yield* call({ path: keys, headers: operator, body })
      assert.deepStrictEqual([reply.status, reply.json["organization_id"]], [201, "newcomer"])
      const types = yield* call({ path: "/api/v1/event-types", headers: asOperatorOf("newcomer") })
      assert.include(each(types, "event_types", "event_type"), "user_registered")
      const headers = bearer(String(reply.json["key"]))
      const sent = yield* call({ path: "/api/v1/events", headers, body: registration() })
      assert.strictEqual(sent.status, 202, sent.text)
    })
  )
})
