/** What operators may write as an event type. */

import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"

import { builtInEventTypes } from "#src/domain/builtInEvents.ts"
import { decideDelete, decidePut, eventTypeExists, notBuilt, readEventType } from "#src/domain/eventTypes.ts"
import { compilePayloadSchema } from "#src/domain/payloadSchema.ts"

const rule = {
  template_code: "receipt",
  channels: ["email"],
  recipients: { from: "payload", path: "user_id" }
}
const body = { event_type: "order_paid", notifications: [rule] }

const wrongPaths = (wrong: unknown, name?: string) =>
  Result.getOrThrow(Result.flip(readEventType(wrong, name))).errors.map(({ path }) => path)

const definitionOf = (right: unknown) => Result.getOrThrow(readEventType(right)).definition

describe("readEventType", () => {
  it("reads the shortest body there is", () => {
    assert.deepStrictEqual(Result.getOrThrow(readEventType({ event_type: "seen", notifications: [] })), {
      eventType: Result.getOrThrow(readEventType({ event_type: "seen", notifications: [] })).eventType,
      definition: { payload_schema: null, notifications: [] }
    })
  })

  it("reads channels in any case, and websocket as ws", () => {
    const written = { ...rule, channels: ["EMAIL", "WebSocket"], contacts: { Email: "order.email" } }
    const [read] = definitionOf({ ...body, notifications: [written] }).notifications
    assert.deepStrictEqual([read?.channels, read?.contacts], [["email", "ws"], { email: "order.email" }])
  })

  it("takes the name from the path, and refuses another one in the body", () => {
    assert.isTrue(Result.isSuccess(readEventType({ notifications: [] }, "order_paid")))
    assert.isTrue(Result.isSuccess(readEventType(body, "order_paid")))
    assert.deepStrictEqual(wrongPaths(body, "order_sent"), ["event_type"])
    assert.deepStrictEqual(wrongPaths({ notifications: [] }, "Not A Name"), ["event_type"])
  })

  it.each<[string, unknown, ReadonlyArray<string>]>([
    ["a body that is no object", [], [""]],
    ["a typo", { ...body, notification: [] }, ["notification"]],
    [
      "a typo deep inside",
      { ...body, notifications: [{ ...rule, chanels: [] }] },
      ["notifications.0.chanels"]
    ],
    ["no channel", { ...body, notifications: [{ ...rule, channels: [] }] }, ["notifications.0.channels"]],
    [
      "an unknown channel",
      { ...body, notifications: [{ ...rule, channels: ["fax"] }] },
      ["notifications.0.channels.0"]
    ],
    [
      "one template twice on one channel",
      { ...body, notifications: [rule, { ...rule, channels: ["sms", "email"] }] },
      ["notifications.1.channels.1"]
    ],
    [
      "a segment that is named nowhere, and a contact of no channel",
      { ...body, notifications: [{ ...rule, recipients: { from: "segment" }, contacts: { fax: "a" } }] },
      ["notifications.0.recipients", "notifications.0.contacts.fax"]
    ],
    ["a schema that is none", { ...body, payload_schema: { properties: 3 } }, ["payload_schema.properties"]],
    ["a NUL", { ...body, payload_schema: { title: "\u0000" } }, ["payload_schema.title"]],
    [
      "more than 20 rules",
      { ...body, notifications: Array.from({ length: 21 }, () => rule) },
      ["notifications"]
    ]
  ])("refuses %s", (_, wrong, paths) => {
    assert.deepStrictEqual(wrongPaths(wrong), paths)
  })

  it("lets a segment be named by the payload", () => {
    const recipients = { from: "segment", path: "segment.segment_id" }
    assert.lengthOf(definitionOf({ ...body, notifications: [{ ...rule, recipients }] }).notifications, 1)
  })

  it.each([...notBuilt, "notification_requested"])("keeps the name %s for us", (event_type) => {
    const refused = Result.getOrThrow(Result.flip(readEventType({ ...body, event_type })))
    assert.deepStrictEqual([refused.reason, refused.code], ["conflict", "reserved_event_type"])
  })
})

const current = Option.some({ ...definitionOf(body), version: 3 })
const reasonOf = <A, E extends { readonly reason: string }>(result: Result.Result<A, E>) =>
  Result.match(result, { onFailure: ({ reason }) => reason, onSuccess: () => "allowed" })

describe("decidePut", () => {
  it("writes what is new or different, whatever the order of its members", () => {
    const wanted = definitionOf(body)
    assert.deepStrictEqual(decidePut(Option.none(), wanted, undefined), Result.succeed(Option.some(wanted)))
    assert.deepStrictEqual(decidePut(current, wanted, undefined), Result.succeed(Option.none()))
    const other = { ...wanted, payload_schema: { type: "object" } }
    assert.deepStrictEqual(decidePut(current, other, `"3"`), Result.succeed(Option.some(other)))
  })

  it("refuses to overwrite another version than the one that was read", () => {
    assert.strictEqual(reasonOf(decidePut(current, definitionOf(body), `"2"`)), "stale")
    assert.strictEqual(reasonOf(decidePut(Option.none(), definitionOf(body), `"1"`)), "stale")
  })
})

describe("decideDelete", () => {
  it("removes what is there in the version that was read", () => {
    assert.strictEqual(reasonOf(decideDelete(current, "order_paid", undefined)), "allowed")
    assert.strictEqual(reasonOf(decideDelete(current, "order_paid", `"2"`)), "stale")
    assert.strictEqual(reasonOf(decideDelete(Option.none(), "order_paid", undefined)), "missing")
  })
})

describe("eventTypeExists", () => {
  it("names what is in the way", () => {
    assert.deepStrictEqual(eventTypeExists("order_paid").extra, { event_type: "order_paid" })
  })
})

describe("builtInEventTypes", () => {
  it("are what an operator could have written", () => {
    for (const { definition, eventType } of builtInEventTypes)
      assert.deepStrictEqual(
        Result.getOrThrow(readEventType({ event_type: eventType, ...definition })).definition,
        definition
      )
  })

  it("check a registration by its members, and let everything else pass", () => {
    const [{ definition }] = builtInEventTypes
    const check = Result.getOrThrow(compilePayloadSchema(definition.payload_schema ?? {}))
    assert.deepStrictEqual(
      check({ user_id: "u-1", email: null, attributes: {}, registration_channel: 7 }),
      []
    )
    assert.deepStrictEqual(
      check({ user_id: "a b", email: 1, attributes: [] }).map(({ path }) => path),
      ["payload.user_id", "payload.email", "payload.attributes"]
    )
    assert.deepStrictEqual(
      check({}).map(({ message, path }) => `${path}: ${message}`),
      ["payload.user_id: expected a string"]
    )
  })
})
