/** Events on NATS that no one can use: each becomes a dead letter with its reason and body; their neighbours are delivered. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { at, each, registration } from "#test/support/httpCall.ts"
import { system } from "#test/support/system.ts"

interface BadEvent {
  readonly reason: string
  readonly subject: string
  readonly body: unknown
}

const good = "events.default.user_registered"

const badEvents: ReadonlyArray<BadEvent> = [
  { reason: "invalid_json", subject: good, body: '{"event_id": ' },
  { reason: "invalid_event", subject: good, body: { ...registration(), occurred_at: "yesterday" } },
  { reason: "invalid_event", subject: good, body: { ...registration(), organization_id: "another" } },
  { reason: "invalid_event", subject: "events.No-Such.user_registered", body: registration() },
  { reason: "invalid_payload", subject: good, body: { ...registration(), payload: { user_id: 7 } } },
  {
    reason: "unknown_event_type",
    subject: "events.default.nobody_knows",
    body: { ...registration(), event_type: "nobody_knows" }
  },
  {
    reason: "not_implemented",
    subject: "events.default.new_film_released",
    body: {
      ...registration(),
      event_type: "new_film_released",
      payload: { film_id: "f-1", title: "M", genres: [] }
    }
  },
  {
    reason: "too_large",
    subject: good,
    body: { ...registration(), payload: { user_id: "u-1", note: "x".repeat(270_000) } }
  }
]

const textOf = ({ body }: BadEvent): string => (typeof body === "string" ? body : JSON.stringify(body))

describe("bad events on NATS", () => {
  it.live("become dead letters with reason and body; good ones between them are delivered", () =>
    Effect.gen(function* () {
      const { awaitSettled, call, publisher, sink, start } = yield* system
      yield* start("all")
      yield* Effect.forEach(
        badEvents,
        ({ body, subject }) =>
          Effect.andThen(publisher.publish(subject, body), publisher.publish(good, registration())),
        { concurrency: "unbounded", discard: true }
      )
      const rows = yield* awaitSettled(badEvents.length)
      assert.deepStrictEqual(new Set(rows.map(({ status }) => status)), new Set(["sent"]))
      assert.strictEqual(sink.taken.length, badEvents.length)

      // The organization in the subject of one of them is nobody's: its letter is the operator's all the same.
      const letters = yield* eventually(
        "all dead letters",
        call({ path: "/api/v1/dead-letters?limit=100" }),
        {
          holds: (reply) => at(reply, "total") === badEvents.length
        }
      )
      const found = yield* Effect.forEach(each(letters, "dead_letters", "dead_letter_id"), (id) =>
        call({ path: `/api/v1/dead-letters/${String(id)}` })
      )
      const described = found.map(({ json }) => `${String(json["reason"])} ${String(json["body"])}`)
      assert.deepStrictEqual(
        described.toSorted(),
        badEvents.map((bad) => `${bad.reason} ${textOf(bad)}`).toSorted()
      )
      const copies = yield* eventually("all copies in DLQ", publisher.subjects("DLQ"), {
        holds: (subjects) => Object.keys(subjects).length === badEvents.length
      })
      for (const copy of Object.keys(copies)) assert.match(copy, /^dlq\.EVENTS\.plan-events\.[0-9a-f-]{36}$/)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
