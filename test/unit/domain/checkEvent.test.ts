/** Is this an event? Every wrong place is told, whatever its type. */

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import { EventType, OrganizationId } from "#schemas/Ids.ts"
import { type ArrivedEvent, bodyHash, checkEvent } from "#src/domain/checkEvent.ts"
import { arrived, checked, eventId, sampleBody } from "#test/support/events.ts"
import { at } from "#test/support/jobs.ts"

const check = (overrides: Readonly<Record<string, unknown>>, way: Partial<ArrivedEvent> = {}) =>
  checkEvent(arrived(sampleBody(overrides), way))

/** `path, got` of each. */
const problemsOf = (result: ReturnType<typeof checkEvent>) => {
  const { errors, reason } = Result.getOrThrow(Result.flip(result))
  assert.strictEqual(reason, "invalid_event")
  return errors.map(({ got, path }) => `${path}, ${got}`)
}

describe("checkEvent", () => {
  it("takes a whole event", () => {
    const event = Result.getOrThrow(checkEvent(arrived(sampleBody())))
    assert.strictEqual(event.envelope.occurred_at, at("2026-11-21T12:00:00.000Z"))
    assert.deepStrictEqual(event.extra, {})
  })

  it("keeps members that it does not know, of envelope and payload", () => {
    const event = Result.getOrThrow(
      check({ trace: { id: 1 }, version: 2, payload: { user_id: "u", odd: [1] } })
    )
    assert.deepStrictEqual(event.extra, { trace: { id: 1 }, version: 2 })
    assert.deepStrictEqual(event.envelope.payload, { user_id: "u", odd: [1] })
  })

  it("knows an id in any case of its letters", () => {
    const event = Result.getOrThrow(check({ event_id: eventId(10).toUpperCase() }))
    assert.strictEqual(event.envelope.event_id, eventId(10))
  })

  it.each<[string, string]>([
    ["a text", "string"],
    ["null", "null"],
    ["[]", "array"],
    ["7", "number"]
  ])("refuses a body that is %s", (text, got) => {
    const body: unknown = text === "a text" ? text : JSON.parse(text)
    assert.deepStrictEqual(problemsOf(checkEvent(arrived(body))), [`, ${got}`])
  })

  it("tells every wrong member at once", () => {
    const wrong = {
      event_id: "1",
      event_type: "User Registered",
      source: "",
      occurred_at: "2026-11-21T12:00:00",
      organization_id: "ACME",
      payload: [],
      delivery: {
        send_after: "soon",
        expires_at: 7,
        priority: "urgent",
        max_attempts: 0,
        retry_delays_seconds: [-1],
        channels: ["fax"],
        locale: "x"
      }
    }
    assert.deepStrictEqual(problemsOf(checkEvent(arrived(wrong))), [
      "event_id, string",
      "event_type, string",
      "source, string",
      "occurred_at, string",
      "organization_id, string",
      "payload, array",
      "delivery.send_after, string",
      "delivery.expires_at, number",
      "delivery.priority, string",
      "delivery.max_attempts, number",
      "delivery.retry_delays_seconds.0, number",
      "delivery.channels.0, string",
      "delivery.locale, string"
    ])
  })

  it("tells every missing member", () => {
    assert.deepStrictEqual(
      problemsOf(checkEvent(arrived({}))),
      ["event_id", "event_type", "source", "occurred_at", "payload"].map((name) => `${name}, nothing`)
    )
  })

  it("refuses what JSON may say and Postgres cannot keep", () => {
    assert.deepStrictEqual(problemsOf(check({ payload: { user_id: "a\u0000b" } })), [
      "payload.user_id, string"
    ])
  })

  it.each(["0000-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59-00:01"])(
    "refuses %s, which is none of the years 1970 to 9999",
    (send_after) => {
      assert.deepStrictEqual(problemsOf(check({ delivery: { send_after } })), ["delivery.send_after, string"])
    }
  )

  it("refuses nesting deeper than 64", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(70)}${"]".repeat(70)}`)
    assert.lengthOf(problemsOf(check({ payload: { deep } })), 1)
  })

  it("says in one sentence what is wrong", () => {
    const refusal = Result.getOrThrow(Result.flip(checkEvent(arrived([]))))
    assert.strictEqual(refusal.detail, "expected an object")
    const other = Result.getOrThrow(Result.flip(check({ source: 7 })))
    assert.match(other.detail, /^source: expected/)
  })
})

describe("checkEvent: what its way in says", () => {
  it("takes an organization that agrees, and one that is not said", () => {
    assert.isTrue(Result.isSuccess(check({ organization_id: "default" })))
    assert.strictEqual(Result.getOrThrow(check({})).organizationId, "default")
  })

  it("refuses another organization than the one it came from", () => {
    assert.deepStrictEqual(
      problemsOf(check({ organization_id: "default" }, { organizationId: OrganizationId.make("acme") })),
      ["organization_id, string"]
    )
  })

  it("refuses another type than its subject says", () => {
    assert.deepStrictEqual(problemsOf(check({}, { eventType: "order_paid" })), ["event_type, string"])
    assert.isTrue(Result.isSuccess(check({}, { eventType: "user_registered" })))
  })

  it.each<[string, boolean]>([
    ["2025-10-17T12:00:04.999Z", false],
    ["2025-10-17T12:00:05.000Z", true],
    ["2030-01-01T00:00:00Z", true]
  ])("an event of %s is within the horizon: %s", (occurred_at, isWithin) => {
    assert.strictEqual(Result.isSuccess(check({ occurred_at })), isWithin)
  })
})

describe("bodyHash", () => {
  it.prop(
    "is the same whatever the order of the payload's members",
    [Schema.Record(Schema.String, Schema.Json)],
    ([payload]) => {
      const turned = Object.fromEntries(Object.entries(payload).toReversed())
      assert.strictEqual(bodyHash(checked({ payload })), bodyHash(checked({ payload: turned })))
    }
  )

  it.each([
    { event_type: EventType.make("order_paid") },
    { source: "billing" },
    { occurred_at: at("2026-11-21T12:00:00.001Z") },
    { payload: { user_id: "user-2" } }
  ])("is another for another %o", (difference) => {
    assert.notStrictEqual(bodyHash(checked(difference)), bodyHash(checked()))
  })

  it("is the same for other delivery options and other unknown members", () => {
    const other = checked({ delivery: { priority: "high" } }, { extra: { version: 2 } })
    assert.strictEqual(bodyHash(other), bodyHash(checked()))
  })
})
