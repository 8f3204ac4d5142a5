/** Events over HTTP: accepted once, refused with every reason. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { Postgres } from "#src/postgres/Postgres.ts"
import { at, call, each, registration } from "#test/support/httpCall.ts"
import { httpServer } from "#test/support/httpServer.ts"

const publish = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  call({ path: "/api/v1/events", body, headers })

layer(httpServer({ embedded: true, nats: "none" }), { excludeTestServices: true })(
  "POST /api/v1/events",
  (it) => {
    it.effect("accepts an event with the number of its jobs, and tells its story", () =>
      Effect.gen(function* () {
        const event = registration()
        const reply = yield* publish(event)
        assert.strictEqual(reply.status, 202, reply.text)
        assert.deepStrictEqual(reply.json, { status: "accepted", event_id: event.event_id, jobs_count: 1 })
        const story = yield* call({ path: `/api/v1/events/${event.event_id}` })
        assert.deepInclude(story.json, {
          event_id: event.event_id,
          event_type: "user_registered",
          organization_id: "default",
          status: "planned",
          via: "http",
          jobs_count: 1,
          jobs_truncated: false,
          reason: null
        })
        assert.deepInclude(at(story, "jobs.0"), {
          user_id: event.payload.user_id,
          channel: "email",
          status: "queued"
        })
      })
    )

    it.effect("answers 200 requests for the same event alike, and plans it once", () =>
      Effect.gen(function* () {
        const event = registration()
        const replies = yield* Effect.forEach(Array.from({ length: 200 }), () => publish(event), {
          concurrency: 50
        })
        for (const { json, status } of replies) {
          assert.strictEqual(status, 202)
          assert.deepStrictEqual(json, { status: "accepted", event_id: event.event_id, jobs_count: 1 })
        }
        const rows = yield* Postgres.use(({ query }) =>
          query((sql) => sql`select from campaign.campaign_messages where event_id = ${event.event_id}`)
        )
        assert.lengthOf(rows, 1)
      })
    )

    it.effect("refuses another body under the same id", () =>
      Effect.gen(function* () {
        const event = registration()
        yield* publish(event)
        const reply = yield* publish({ ...event, source: "someone else" })
        assert.strictEqual(reply.status, 409)
        assert.strictEqual(reply.json["code"], "event_conflict")
      })
    )

    it.effect("binds an Idempotency-Key to one request, however many come at once", () =>
      Effect.gen(function* () {
        const headers = { "idempotency-key": randomUUID() }
        const event = registration()
        const replies = yield* Effect.forEach(Array.from({ length: 40 }), () => publish(event, headers), {
          concurrency: 40
        })
        assert.deepStrictEqual(
          replies.map(({ status }) => status),
          Array.from({ length: 40 }, () => 202)
        )
        const other = yield* publish(registration(), headers)
        assert.strictEqual(other.status, 409)
        assert.strictEqual(other.json["code"], "idempotency_conflict")
      })
    )

    it.effect("frees the key of a request that was refused", () =>
      Effect.gen(function* () {
        const headers = { "idempotency-key": randomUUID() }
        assert.strictEqual((yield* publish(registration({ source: 3 }), headers)).status, 422)
        assert.strictEqual((yield* publish(registration(), headers)).status, 202)
      })
    )

    it.effect("keeps the trace that the caller brings, and begins one where it brings none", () =>
      Effect.gen(function* () {
        const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        const [first, second] = [registration(), registration()]
        yield* publish(first, { traceparent })
        yield* publish(second, { traceparent: "00-00000000000000000000000000000000-b7ad6b7169203331-01" })
        const stored = (id: string) =>
          Postgres.use(({ query }) =>
            query(
              (sql) =>
                sql<Array<{ traceparent: string }>>`select traceparent from events where event_id = ${id}`
            )
          )
        assert.deepStrictEqual([...(yield* stored(first.event_id))], [{ traceparent }])
        assert.match(
          (yield* stored(second.event_id))[0]?.traceparent ?? "",
          /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/
        )
      })
    )

    it.effect.each([
      { what: "no JSON", body: "{", status: 400, code: "invalid_json" },
      { what: "nothing", body: "", status: 400, code: "invalid_json" },
      {
        what: "bytes that are no UTF-8",
        body: new Uint8Array([0x22, 0xff, 0x22]),
        status: 400,
        code: "invalid_json"
      },
      { what: "a number", body: 3, status: 422, code: "invalid_event" },
      { what: "null", body: "null", status: 422, code: "invalid_event" },
      { what: "an empty object", body: {}, status: 422, code: "invalid_event" },
      {
        what: "an instant without offset",
        body: registration({ occurred_at: "2026-11-21T12:00:00" }),
        status: 422,
        code: "invalid_event"
      },
      {
        what: "an unknown type",
        body: registration({ event_type: "no_such_type" }),
        status: 422,
        code: "unknown_event_type"
      },
      {
        what: "a type that is not built",
        body: registration({ event_type: "campaign_triggered" }),
        status: 501,
        code: "not_implemented"
      },
      {
        what: "a wrong payload",
        body: registration({ payload: { user_id: 3 } }),
        status: 422,
        code: "invalid_payload"
      },
      {
        what: "a NUL",
        body: registration({ payload: { user_id: "u", first_name: "\u0000" } }),
        status: 422,
        code: "invalid_event"
      },
      {
        what: "a lone surrogate",
        body: registration({ payload: { user_id: "u", first_name: "\ud800" } }),
        status: 422,
        code: "invalid_event"
      },
      { what: "an infinite number", body: '{"event_id": 1e999}', status: 422, code: "invalid_event" },
      {
        what: "depth beyond 64",
        body: `{"payload":${"[".repeat(70)}${"]".repeat(70)}}`,
        status: 422,
        code: "invalid_event"
      },
      {
        what: "depth beyond all stacks",
        body: "[".repeat(120_000) + "]".repeat(120_000),
        status: 422,
        code: "invalid_event"
      },
      {
        what: "another organization",
        body: registration({ organization_id: "other" }),
        status: 403,
        code: "organization_mismatch"
      },
      {
        what: "more than 256 KiB",
        body: registration({ payload: { user_id: "u", text: "x".repeat(262_144) } }),
        status: 413,
        code: "too_large"
      }
    ])("refuses $what with $status $code", ({ body, code, status }) =>
      Effect.gen(function* () {
        const reply = yield* publish(body)
        assert.strictEqual(reply.status, status, reply.text.slice(0, 400))
        assert.strictEqual(reply.headers["content-type"], "application/problem+json")
        assert.deepInclude(reply.json, { code, status, instance: "/api/v1/events" })
        assert.isString(reply.json["title"])
        assert.isString(reply.json["detail"])
      })
    )

    it.effect("names every wrong member", () =>
      Effect.gen(function* () {
        const reply = yield* publish({
          event_id: 1,
          event_type: "user_registered",
          occurred_at: "x",
          payload: []
        })
        assert.deepStrictEqual(
          [each(reply, "errors", "path"), each(reply, "errors", "got")],
          [
            ["event_id", "source", "occurred_at", "payload"],
            ["number", "nothing", "string", "array"]
          ]
        )
        const wrong = yield* publish(registration({ payload: { user_id: 3 } }))
        assert.deepInclude(at(wrong, "errors.0"), { path: "payload.user_id", got: "number" })
      })
    )

    it.effect("says where the JSON is broken", () =>
      Effect.gen(function* () {
        const reply = yield* publish('{"event_id": x}')
        assert.include(String(reply.json["detail"]), "position 13")
      })
    )

    it.effect("refuses bodies that are not declared as JSON, and too long ones before they have come", () =>
      Effect.gen(function* () {
        const plain = yield* publish("{}", { "content-type": "text/plain" })
        assert.strictEqual(plain.status, 415)
        assert.strictEqual(plain.json["code"], "unsupported_media_type")
        const chunked = yield* publish(`{"text":"${"x".repeat(400_000)}"}`, {
          "transfer-encoding": "chunked"
        })
        assert.strictEqual(chunked.status, 413)
      })
    )
  }
)

layer(httpServer({ embedded: true, nats: "none" }), { excludeTestServices: true })(
  "POST /api/v1/events/batch",
  (it) => {
    const publishBatch = (body: unknown) => call({ path: "/api/v1/events/batch", body })

    it.effect("answers each event for itself, in order", () =>
      Effect.gen(function* () {
        const event = registration()
        const reply = yield* publishBatch({
          events: [event, registration({ source: 3 }), event, registration({ organization_id: "other" }), 3]
        })
        assert.strictEqual(reply.status, 207, reply.text)
        const first = { status: "accepted", event_id: event.event_id, jobs_count: 1 }
        assert.deepStrictEqual(at(reply, "results.0"), first)
        assert.deepInclude(at(reply, "results.1.error"), { code: "invalid_event", status: 422 })
        assert.strictEqual(at(reply, "results.1.error.errors.0.path"), "events.1.source")
        assert.deepStrictEqual(at(reply, "results.2"), first)
        assert.strictEqual(at(reply, "results.3.error.code"), "organization_mismatch")
        assert.strictEqual(at(reply, "results.4.error.errors.0.path"), "events.4")
      })
    )

    it.effect("takes a thousand", () =>
      Effect.gen(function* () {
        const events = Array.from({ length: 1000 }, () => registration())
        const reply = yield* publishBatch({ events })
        assert.strictEqual(reply.status, 207)
        assert.deepStrictEqual(
          each(reply, "results", "event_id"),
          events.map(({ event_id }) => event_id)
        )
      })
    )

    it.effect("holds each event to the limit of a single one", () =>
      Effect.gen(function* () {
        const large = registration({ payload: { user_id: "u", text: "x".repeat(262_144) } })
        const reply = yield* publishBatch({ events: [large, registration()] })
        assert.strictEqual(at(reply, "results.0.error.code"), "too_large")
        assert.strictEqual(at(reply, "results.1.status"), "accepted")
      })
    )

    it.effect.each([
      { what: "a body without events", body: {}, path: "events" },
      { what: "an array", body: [], path: "events" },
      { what: "no events", body: { events: [] }, path: "events" },
      { what: "1001 events", body: { events: Array.from({ length: 1001 }, () => 1) }, path: "events" },
      { what: "other members", body: { events: [1], more: 1 }, path: "more" }
    ])("refuses $what", ({ body, path }) =>
      Effect.gen(function* () {
        const reply = yield* publishBatch(body)
        assert.strictEqual(reply.status, 422)
        assert.strictEqual(reply.json["code"], "invalid_body")
        assert.strictEqual(at(reply, "errors.0.path"), path)
      })
    )

    it.effect("refuses more than 8 MiB", () =>
      Effect.gen(function* () {
        const reply = yield* publishBatch(`{"events": ["${"x".repeat(8_388_608)}"]}`)
        assert.strictEqual(reply.status, 413)
      })
    )
  }
)
