/** What holds for every request: who may call, what is answered to what is not there, health, documents. */

import { randomUUID } from "node:crypto"

import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"

import { at, call } from "#test/support/httpCall.ts"
import { httpServer, operatorKey } from "#test/support/httpServer.ts"

/** Of `POST /api/v1/events`. */
const readResponses = (document: unknown) =>
  Schema.decodeUnknownSync(
    Schema.Struct({
      paths: Schema.Struct({
        "/api/v1/events": Schema.Struct({
          post: Schema.Struct({
            responses: Schema.Record(
              Schema.String,
              Schema.Struct({ content: Schema.Record(Schema.String, Schema.Unknown) })
            )
          })
        })
      })
    })
  )(document).paths["/api/v1/events"].post.responses

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const protectedPath = "/api/v1/balance"

describe("HTTP server", () => {
  layer(httpServer({ embedded: true, nats: "away" }), { excludeTestServices: true })(
    "on a machine of its own",
    (it) => {
      it.effect.each([
        { who: "a caller on loopback", headers: {}, status: 200 },
        { who: "the host localhost", headers: { host: "localhost:8240" }, status: 200 },
        { who: "the host [::1]", headers: { host: "[::1]:8240" }, status: 200 },
        {
          who: "the operator, whatever the host",
          headers: { host: "example.org", ...bearer(operatorKey) },
          status: 200
        },
        { who: "a page that has named itself 127.0.0.1", headers: { host: "evil.example" }, status: 401 },
        { who: "a wrong key", headers: bearer("x".repeat(40)), status: 401 },
        { who: "a key in another scheme", headers: { authorization: `Basic ${operatorKey}` }, status: 401 },
        { who: "a page of this machine", headers: { origin: "http://localhost:3000" }, status: 200 },
        { who: "a page of another site", headers: { origin: "https://evil.example" }, status: 403 },
        { who: "a page of no site", headers: { origin: "null" }, status: 403 }
      ])("answers $who with $status", ({ headers, status }) =>
        Effect.gen(function* () {
          const reply = yield* call({ path: protectedPath, headers })
          assert.strictEqual(reply.status, status, reply.text)
        })
      )

      it.effect("answers health, ready but degraded while NATS is away", () =>
        Effect.gen(function* () {
          const live = yield* call({ path: "/health" })
          assert.strictEqual(live.status, 200)
          assert.deepInclude(live.json, { status: "healthy", service: "campaign_service" })
          assert.match(String(live.json["timestamp"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/)
          const ready = yield* call({ path: "/health/ready" })
          assert.strictEqual(ready.status, 200)
          assert.strictEqual(ready.json["status"], "degraded")
          assert.strictEqual(at(ready, "checks.database.status"), "healthy")
          assert.strictEqual(at(ready, "checks.nats.status"), "unhealthy")
          assert.isNumber(at(ready, "checks.nats.latency_ms"))
        })
      )

      it.effect("gives every answer the request's id, its own where the caller's is no plain one", () =>
        Effect.gen(function* () {
          const mine = yield* call({ path: "/health", headers: { "x-request-id": "req-1.a:b" } })
          assert.strictEqual(mine.headers["x-request-id"], "req-1.a:b")
          for (const path of ["/health", protectedPath, "/nothing", "/openapi.json"]) {
            const reply = yield* call({ path, headers: { "x-request-id": "no {plain} one" } })
            assert.match(String(reply.headers["x-request-id"]), /^[0-9a-f-]{36}$/, path)
          }
        })
      )

      it.effect.each([
        { method: "DELETE", path: "/api/v1/events", allow: "POST, OPTIONS" },
        { method: "GET", path: "/api/v1/events", allow: "POST, OPTIONS" },
        { method: "POST", path: `/api/v1/deliveries/${randomUUID()}`, allow: "GET, HEAD, OPTIONS" },
        { method: "PUT", path: "/health", allow: "GET, HEAD, OPTIONS" }
      ])("answers $method $path with 405 and what is allowed", ({ allow, method, path }) =>
        Effect.gen(function* () {
          const reply = yield* call({ method, path })
          assert.strictEqual(reply.status, 405)
          assert.strictEqual(reply.json["code"], "method_not_allowed")
          assert.strictEqual(reply.headers["allow"], allow)
        })
      )

      it.effect("answers HEAD without a body and OPTIONS with what is allowed", () =>
        Effect.gen(function* () {
          const head = yield* call({ method: "HEAD", path: protectedPath })
          assert.deepStrictEqual([head.status, head.text], [200, ""])
          const options = yield* call({ method: "OPTIONS", path: "/api/v1/events" })
          assert.deepStrictEqual([options.status, options.headers["allow"]], [204, "POST, OPTIONS"])
        })
      )

      it.effect("describes itself in OpenAPI 3.1, and in a page that loads nothing from elsewhere", () =>
        Effect.gen(function* () {
          const { json } = yield* call({ path: "/openapi.json" })
          assert.match(String(json["openapi"]), /^3\.1\./)
          const responses = readResponses(json)
          assert.containsAllKeys(responses, ["202", "401", "409", "413", "415", "422", "503"])
          assert.property(responses["422"]?.content, "application/problem+json")
          const page = yield* call({ path: "/docs" })
          assert.strictEqual(page.status, 200)
          assert.notMatch(page.text, /<(script|link)[^>]+(src|href)="https?:/)
        })
      )

      it.effect("never answers 5xx to what a stranger may send", () =>
        Effect.gen(function* () {
          const paths = [
            "/%",
            "/%zz",
            "/api/v1/events/%ff",
            "//",
            "/api/v1/users/%2e%2e/notifications?limit=%00",
            `/${"x".repeat(8000)}`
          ]
          for (const path of paths)
            for (const method of ["GET", "POST", "TRACE", "PROPFIND"]) {
              const reply = yield* call({ path, method })
              assert.isBelow(reply.status, 500, `${method} ${path}`)
            }
        })
      )
    }
  )

  layer(httpServer({ embedded: false, nats: "none" }), { excludeTestServices: true })(
    "beyond one machine",
    (it) => {
      it.effect("asks everyone for the key, with a problem that says how", () =>
        Effect.gen(function* () {
          const reply = yield* call({ path: protectedPath })
          assert.strictEqual(reply.status, 401)
          assert.deepInclude(reply.json, { code: "unauthorized", status: 401, instance: protectedPath })
          assert.match(String(reply.headers["www-authenticate"]), /^Bearer/)
          assert.strictEqual((yield* call({ path: protectedPath, headers: bearer(operatorKey) })).status, 200)
        })
      )

      it.effect("asks before it reads a body or looks at a path's parts", () =>
        Effect.gen(function* () {
          assert.strictEqual((yield* call({ path: "/api/v1/events", body: "{" })).status, 401)
          assert.strictEqual((yield* call({ path: "/api/v1/events/nothing" })).status, 401)
          assert.strictEqual((yield* call({ path: "/health/ready" })).status, 200)
        })
      )
    }
  )
})
