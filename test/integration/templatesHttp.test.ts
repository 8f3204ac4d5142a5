/** Templates and event types as callers see them: status, headers, problems. */

import { NodeHttpServer } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Schema } from "effect"
import { HttpClient, HttpClientRequest, HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder } from "effect/http-api"

import { EventTypesApi } from "#schemas/http/eventTypes.ts"
import { TemplatesApi } from "#schemas/http/templates.ts"
import { Admission, defaultLimits } from "#src/http/Admission.ts"
import { AuthenticationLayer, Embedded } from "#src/http/Authentication.ts"
import { EventTypesHandlers } from "#src/http/eventTypes.ts"
import { handleRequest } from "#src/http/handleRequest.ts"
import { TemplatesHandlers } from "#src/http/templates.ts"
import { ApiKeyRepository } from "#src/repositories/ApiKeyRepository.ts"
import { IdempotencyRepository } from "#src/repositories/IdempotencyRepository.ts"
import { ApiKeys } from "#src/services/ApiKeys.ts"
import { seedDefault } from "#src/services/BuiltIns.ts"
import { Idempotency } from "#src/services/Idempotency.ts"
import { catalogue } from "#test/support/catalogue.ts"

/** The two groups alone, under the name of the whole. */
const Api = HttpApi.make("carillon").add(TemplatesApi, EventTypesApi)

const services = Layer.mergeAll(Idempotency.layer, ApiKeys.layer).pipe(
  Layer.provideMerge(Layer.mergeAll(IdempotencyRepository.layer, ApiKeyRepository.layer)),
  Layer.provideMerge(catalogue)
)

const routes = Layer.merge(HttpApiBuilder.layer(Api), Layer.effectDiscard(seedDefault)).pipe(
  Layer.provide([TemplatesHandlers, EventTypesHandlers]),
  Layer.provide(AuthenticationLayer),
  Layer.provide(Layer.succeed(Embedded, true)),
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({}))),
  Layer.provide(services)
)

const server = Layer.effectDiscard(
  Effect.gen(function* () {
    const app = yield* HttpRouter.toHttpEffect(routes)
    yield* HttpServer.serveEffect(handleRequest(app, new Admission(defaultLimits)))
  })
).pipe(Layer.provideMerge(NodeHttpServer.layerTest))

interface Call {
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

const call = Effect.fnUntraced(function* (
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  { body, headers = {} }: Call = {}
) {
  const request = HttpClientRequest.make(method)(`/api/v1${path}`, { headers })
  const response = yield* HttpClient.execute(
    body === undefined ? request : HttpClientRequest.bodyJsonUnsafe(request, body)
  )
  const text = yield* response.text
  const answer = text === "" ? {} : yield* Schema.decodeEffect(Answer)(text)
  return { status: response.status, headers: response.headers, answer }
})

const Answer = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

interface Said {
  readonly path: string
  readonly line?: number
  readonly column?: number
  readonly got?: string
}

const isList = (value: unknown): value is ReadonlyArray<Said> => Array.isArray(value)
const errorsOf = ({ errors }: Readonly<Record<string, unknown>>) => (isList(errors) ? errors : [])
const pathsOf = (answer: Readonly<Record<string, unknown>>) => errorsOf(answer).map(({ path }) => path)

const type = {
  event_type: "order_paid",
  payload_schema: { type: "object", properties: { user_id: { type: "string" } } },
  notifications: [
    { template_code: "receipt", channels: ["email"], recipients: { from: "payload", path: "user_id" } }
  ]
}
const template = {
  template_code: "receipt",
  channel: "email",
  locale: "en",
  content: { subject: "Order {{order_id}}", html: "<p>Thanks, {{first_name}}</p>" }
}

layer(server)("/api/v1/event-types", (it) => {
  it.effect("creates, reads, replaces, lists and removes", () =>
    Effect.gen(function* () {
      const created = yield* call("POST", "/event-types", { body: type })
      assert.strictEqual(created.status, 201)
      assert.strictEqual(created.headers["etag"], `"1"`)
      assert.deepInclude(created.answer, {
        event_type: "order_paid",
        version: 1,
        payload_schema: type.payload_schema
      })
      assert.notInclude(String(created.answer["created_at"]), ".000Z")

      const again = yield* call("POST", "/event-types", { body: type })
      assert.deepInclude(again.answer, { status: 409, code: "event_type_exists", event_type: "order_paid" })

      const path = "/event-types/order_paid"
      const stale = yield* call("PUT", path, { body: { notifications: [] }, headers: { "if-match": `"7"` } })
      assert.deepInclude(stale.answer, { status: 412, code: "precondition_failed" })
      assert.strictEqual((yield* call("PUT", path, { body: { notifications: [] } })).headers["etag"], `"2"`)
      assert.strictEqual(
        (yield* call("PUT", "/event-types/new_one", { body: { notifications: [] } })).status,
        200
      )

      const listed = yield* call("GET", "/event-types?limit=1")
      assert.deepInclude(listed.answer, { total: 3, limit: 1, offset: 0, has_more: true })
      assert.strictEqual((yield* call("DELETE", path)).status, 204)
      assert.deepInclude((yield* call("GET", path)).answer, { status: 404, code: "not_found" })
    })
  )

  it.effect("answers a problem with every wrong path", () =>
    Effect.gen(function* () {
      const body = { ...type, notification: 1, notifications: [{ channels: ["fax"] }] }
      const { answer, headers, status } = yield* call("POST", "/event-types", { body })
      assert.strictEqual(status, 422)
      assert.strictEqual(headers["content-type"], "application/problem+json")
      assert.strictEqual(answer["code"], "invalid_event_type")
      assert.sameMembers(pathsOf(answer), [
        "notification",
        "notifications.0.template_code",
        "notifications.0.channels.0",
        "notifications.0.recipients"
      ])
      const reserved = yield* call("PUT", "/event-types/campaign_triggered", { body: { notifications: [] } })
      assert.deepInclude(reserved.answer, { status: 409, code: "reserved_event_type" })
    })
  )
})

layer(server)("/api/v1/templates", (it) => {
  it.effect("creates, reads, changes, previews and removes", () =>
    Effect.gen(function* () {
      yield* call("POST", "/event-types", { body: type })
      const created = yield* call("POST", "/templates", { body: template })
      assert.strictEqual(created.status, 201)
      assert.deepStrictEqual(created.answer["warnings"], [
        { path: "content.subject", message: "order_id is in no payload of order_paid: it will be empty" }
      ])
      const id = String(created.answer["template_id"])
      const again = yield* call("POST", "/templates", { body: template })
      assert.deepInclude(again.answer, { status: 409, code: "template_exists", template_id: id })

      const path = `/templates/${id}`
      assert.deepInclude((yield* call("GET", path)).answer, {
        template_id: id,
        version: 1,
        description: null
      })
      assert.strictEqual((yield* call("PUT", path, { body: template })).headers["etag"], `"1"`)
      assert.strictEqual((yield* call("PATCH", path, { body: { subject: "Thanks" } })).headers["etag"], `"2"`)
      const versions = yield* call("GET", `${path}/versions`)
      assert.deepInclude(versions.answer, { total: 2, has_more: false })

      const preview = yield* call("POST", `${path}/preview`, { body: { data: { first_name: "<Ada>" } } })
      assert.strictEqual(preview.status, 200)
      assert.deepInclude(preview.answer, { template_id: id, version: 2, missing: [] })
      assert.deepInclude(preview.answer["rendered"], {
        subject: "Thanks",
        html: "<p>Thanks, &lt;Ada&gt;</p>"
      })
      assert.deepInclude((yield* call("POST", `${path}/preview`)).answer, { missing: ["first_name"] })

      assert.strictEqual((yield* call("DELETE", path)).status, 204)
      assert.deepInclude((yield* call("GET", path)).answer, { status: 404, code: "not_found" })
    })
  )

  it.effect("says where a template is broken", () =>
    Effect.gen(function* () {
      const body = { ...template, content: { subject: "s", html: "<p>\n{{#if a}}" } }
      const { answer } = yield* call("POST", "/templates", { body })
      assert.deepInclude(answer, { status: 422, code: "invalid_template" })
      assert.deepInclude(errorsOf(answer)[0], { path: "content.html", line: 2, column: 1, got: "string" })
    })
  )

  it.effect("lists by code, channel and locale, and keeps a typo from being silence", () =>
    Effect.gen(function* () {
      const russian = yield* call("GET", "/templates?template_code=welcome_email&channel=EMAIL&locale=RU")
      assert.deepInclude(russian.answer, { total: 1 })
      assert.deepInclude((yield* call("GET", "/templates?limit=0")).answer, {
        status: 422,
        code: "invalid_query"
      })
    })
  )

  it.effect("gives the same answer to the same request with the same key", () =>
    Effect.gen(function* () {
      const headers = { "idempotency-key": "k-1" }
      const body = { ...template, template_code: "keyed" }
      const first = yield* call("POST", "/templates", { body, headers })
      const again = yield* call("POST", "/templates", { body, headers })
      assert.strictEqual(first.status, 201)
      assert.deepStrictEqual([again.status, again.answer], [201, first.answer])
      const other = yield* call("POST", "/templates", { body: template, headers })
      assert.deepInclude(other.answer, { status: 409, code: "idempotency_conflict" })
    })
  )
})
