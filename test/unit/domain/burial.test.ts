/** A message of a stream as a dead letter. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { DeadLetter } from "#schemas/DeadLetter.ts"
import { type DeadMessage, letterOfMessage } from "#src/domain/burial.ts"
import { eventId } from "#test/support/events.ts"
import { at, jobId } from "#test/support/jobs.ts"

const now = at("2026-11-21T12:00:00.000Z")
const bytes = (text: string) => new TextEncoder().encode(text)

const dead = (overrides: Partial<DeadMessage> = {}): DeadMessage => ({
  stream: "EVENTS",
  sequence: 7,
  timestamp: Date.parse("2026-11-21T11:59:00Z"),
  subject: "events.acme.order.paid",
  consumer: "plan-events",
  reason: "invalid_json",
  detail: "Unexpected end of JSON input",
  deliveries: 1,
  headers: { "X-Trace": "1" },
  body: bytes("{"),
  ...overrides
})

const letterOf = (overrides: Partial<DeadMessage> = {}) => letterOfMessage(dead(overrides), now)

describe("dead letters: letterOfMessage", () => {
  it("keeps the message as it was", () => {
    const { body, deliveries, detail, headers, reason, stream, subject } = dead()
    assert.deepInclude(letterOf(), {
      body,
      deliveries,
      detail,
      headers,
      reason,
      stream,
      subject,
      died_at: now
    })
  })

  it.each([
    ["events.acme.order.paid", "acme"],
    ["jobs.email.tx.acme", "acme"],
    ["jobs.email.bulk.exe_1", "default"],
    ["events.ACME.order.paid", "default"],
    ["user.registered", "default"],
    ["events", "default"],
    ["$JS.EVENT.ADVISORY", "default"]
  ])("of %s belongs to %s", (subject, organization) => {
    assert.strictEqual(letterOf({ subject }).organization_id, organization)
  })

  it("of a bulk lane belongs to whom its body names", () => {
    const body = bytes(JSON.stringify({ meta: { organization_id: "acme" } }))
    assert.strictEqual(letterOf({ subject: "jobs.email.bulk.exe_1", body }).organization_id, "acme")
  })

  it.each<[string, string | null]>([
    ["events.acme.order.paid", "order.paid"],
    ["events.acme", ""],
    ["jobs.email.tx.acme", null]
  ])("of %s has the event type %s", (subject, type) => {
    assert.strictEqual(letterOf({ subject }).event_type, type)
  })

  it("names the job and the event that a readable body names", () => {
    const body = bytes(JSON.stringify({ job_id: jobId(1), event_id: eventId(1) }))
    assert.deepInclude(letterOf({ body }), { job_id: jobId(1), event_id: eventId(1) })
  })

  it.each(["{", "null", "7", `["job_id"]`, `{ "job_id": 7, "event_id": "x" }`])(
    "names none of %s",
    (text) => {
      assert.deepInclude(letterOf({ body: bytes(text) }), { job_id: null, event_id: null })
    }
  )

  it("is the same letter for the same message, another for its sequence used again", () => {
    assert.strictEqual(letterOf().dead_letter_id, letterOf({ deliveries: 9 }).dead_letter_id)
    assert.notStrictEqual(letterOf().dead_letter_id, letterOf({ timestamp: 1 }).dead_letter_id)
  })

  it.prop(
    "is a letter whatever the message says, and the ledger can keep it",
    [Schema.String, Schema.String, Schema.Record(Schema.String, Schema.String), Schema.Uint8Array],
    ([subject, detail, headers, body]) => {
      const letter = letterOf({ subject: `events.${subject}`, detail: `\0${detail}`, headers, body })
      assert.isTrue(Schema.is(DeadLetter)(letter))
      const texts = [
        letter.subject,
        letter.detail,
        letter.event_type ?? "",
        ...Object.entries(letter.headers).flat()
      ]
      for (const text of texts)
        assert.isTrue(text.isWellFormed() && !text.includes("\0"), JSON.stringify(text))
    }
  )

  it("shortens what no column holds", () => {
    const letter = letterOf({ subject: `events.acme.${"x".repeat(600)}`, consumer: "c".repeat(200) })
    assert.lengthOf(letter.subject, 500)
    assert.lengthOf(letter.event_type ?? "", 100)
    assert.lengthOf(letter.consumer, 100)
  })
})
