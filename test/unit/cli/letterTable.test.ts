/** Dead letters as a terminal shows them. */

import { assert, describe, it } from "@effect/vitest"

import { type DeadLetterSummary } from "#schemas/http/deadLetters.ts"
import { DeadLetterId } from "#schemas/Ids.ts"
import { letterTable, wholeLetter } from "#src/cli/dlq/letterTable.ts"

const letter = (overrides: Partial<DeadLetterSummary> = {}): DeadLetterSummary => ({
  dead_letter_id: DeadLetterId.make("01a20558-a17d-8cc6-aac1-360003eec3fa"),
  stream: "EVENTS",
  subject: "events.default.order_paid",
  consumer: "plan-events",
  reason: "unknown_event_type",
  detail: "no event type\n order_paid is configured",
  deliveries: 1,
  job_id: null,
  event_id: null,
  event_type: "order_paid",
  died_at: "2026-11-21T12:00:00Z",
  state: "open",
  decided_at: null,
  decided_by: null,
  ...overrides
})

const job = "01a20558-a17d-8337-a587-82ad11c71ef7"

describe("letterTable", () => {
  it("says of each what died and why, and what to do about each reason once", () => {
    assert.deepStrictEqual(letterTable([letter(), letter({ event_type: null, job_id: job })], 5), [
      "2026-11-21T12:00:00Z  01a20558-a17d-8cc6-aac1-360003eec3fa  unknown_event_type  event order_paid",
      "    no event type order_paid is configured",
      `2026-11-21T12:00:00Z  01a20558-a17d-8cc6-aac1-360003eec3fa  unknown_event_type  message ${job}`,
      "    no event type order_paid is configured",
      "… 3 more",
      "",
      "what to do:",
      "  unknown_event_type  configure the event type (POST /api/v1/event-types), then replay"
    ])
  })

  it("says who decided, and nothing to do about what is decided", () => {
    const decided = { state: "discarded", decided_at: "2026-11-21T13:00:00Z", decided_by: "ops" } as const
    const [line, , ...rest] = letterTable([letter({ ...decided, event_type: null })], 1)
    assert.isTrue(line?.endsWith("events.default.order_paid  discarded by ops"))
    assert.deepStrictEqual(rest, [])
  })

  it("keeps a detail to one short line", () => {
    const [, detail = ""] = letterTable([letter({ detail: "x".repeat(4000) })], 1)
    assert.strictEqual(detail.length, 104)
  })

  it("says that there are none", () => {
    assert.deepStrictEqual(letterTable([], 0), ["no dead letters"])
  })
})

describe("wholeLetter", () => {
  it("shows every attempt, and the body as it is", () => {
    const history = [{ attempt: 1, result: "transient" }]
    const lines = wholeLetter({ ...letter({ job_id: job }), headers: {}, history, body: "{}" })
    assert.include(lines, '  attempt    {"attempt":1,"result":"transient"}')
    assert.include(lines, `  message    ${job} (carillon trace ${job})`)
    assert.strictEqual(lines.at(-1), "{}")
  })

  it("shows a body that is no text in base64", () => {
    const lines = wholeLetter({ ...letter(), headers: {}, history: [], body_base64: "/w==" })
    assert.strictEqual(lines.at(-1), "/w== (base64)")
  })
})
