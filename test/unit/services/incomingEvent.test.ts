/** What the subject, the headers and the timestamp of a message say about the event in it. */

import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import { incomingEvent } from "#src/services/incomingEvent.ts"

const stored = "2026-11-21T12:00:00.000Z"
const body = { event_id: "x" }

/** With white space up to `size`. */
const read = (subject: string, headers: Readonly<Record<string, string>> = {}, size = 30) =>
  incomingEvent({
    subject,
    headers,
    data: new TextEncoder().encode(JSON.stringify(body).padEnd(size)),
    timestamp: Date.parse(stored)
  })

const subject = "events.acme.order.paid"

describe("incomingEvent", () => {
  it("takes organization and type from the subject, the instant from the stream", () => {
    const event = Result.getOrThrow(read(subject))
    assert.deepStrictEqual(
      { ...event },
      {
        via: "nats",
        organizationId: event.organizationId,
        eventType: "order.paid",
        body,
        acceptedAt: event.acceptedAt
      }
    )
    assert.deepStrictEqual([event.organizationId, event.acceptedAt].map(String), ["acme", stored])
  })

  it.each([
    ["2026-11-21T11:59:59.000Z", "2026-11-21T11:59:59.000Z"],
    ["2025-10-17T12:00:00.000Z", "2025-10-17T12:00:00.000Z"],
    ["2025-10-17T11:59:59.999Z", stored],
    ["2026-11-21T12:00:00.001Z", stored],
    ["2026-02-30T00:00:00.000Z", stored],
    ["0000-01-01T00:00:00.000Z", stored],
    ["yesterday", stored]
  ])("believes a relayed copy that it was accepted at %s: %s", (said, acceptedAt) => {
    const event = Result.getOrThrow(read(subject, { "Carillon-Accepted-At": said }))
    assert.strictEqual(String(event.acceptedAt), acceptedAt)
  })

  it("carries a trace on, if it is one", () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert.strictEqual(Result.getOrThrow(read(subject, { traceparent })).traceparent, traceparent)
    assert.isUndefined(Result.getOrThrow(read(subject, { traceparent: "00-1" })).traceparent)
  })

  it.each(["events.ACME.order.paid", "events.acme", "user.registered"])("refuses %s", (subject) => {
    assert.strictEqual(Result.getOrThrow(Result.flip(read(subject))).reason, "invalid_event")
  })

  it("refuses more than 256 KiB", () => {
    assert.isTrue(Result.isSuccess(read(subject, {}, 262_144)))
    assert.strictEqual(Result.getOrThrow(Result.flip(read(subject, {}, 262_145))).reason, "too_large")
  })

  it("does not parse what is too large", () => {
    const data = new Uint8Array(262_145).fill(0x7b)
    const refused = incomingEvent({ subject, headers: {}, data, timestamp: Date.parse(stored) })
    assert.strictEqual(Result.getOrThrow(Result.flip(refused)).reason, "too_large")
  })

  it("says where the JSON is wrong", () => {
    const data = new TextEncoder().encode('{"event_id": ')
    const refused = incomingEvent({ subject, headers: {}, data, timestamp: Date.parse(stored) })
    assert.deepStrictEqual(Result.getOrThrow(Result.flip(refused)), {
      reason: "invalid_json",
      detail: "the body is not JSON: look at position 13"
    })
  })
})
