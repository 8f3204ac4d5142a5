/** A message's story as lines. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { type DeliveryAttempt, DeliveryStory } from "#schemas/http/deliveries.ts"
import { EventStory } from "#schemas/http/events.ts"
import { tellDelivery } from "#src/cli/trace/delivery.ts"
import { tellEvent } from "#src/cli/trace/event.ts"
import { makePaint } from "#src/cli/trace/paint.ts"
import { span } from "#src/cli/trace/span.ts"

const id = "01a204d2-52ab-8e90-afc5-ffb829575bfd"

const attempt: DeliveryAttempt = {
  attempt: 1,
  started_at: "2026-11-22T12:00:00.012Z",
  finished_at: "2026-11-22T12:00:00.050Z",
  phase: "accepted",
  result: "sent",
  provider: "smtp",
  provider_code: 250,
  provider_message: "OK",
  provider_message_id: null,
  retry_at: null
}

const story = Schema.decodeSync(DeliveryStory)({
  job_id: id,
  event_id: id,
  campaign_id: null,
  execution_id: null,
  user_id: "ada",
  channel: "email",
  template_code: "welcome_email",
  template_version: 1,
  locale: "en",
  status: "sent",
  reason: null,
  detail: null,
  max_attempts: 5,
  send_after: null,
  expires_at: null,
  contact_source: "profile",
  created_at: "2026-11-22T12:00:00Z",
  attempts: [
    {
      ...attempt,
      phase: "rcpt",
      result: "transient",
      provider_code: 451,
      provider_message: "try later",
      retry_at: "2026-11-22T12:00:05Z"
    },
    { ...attempt, attempt: 2 }
  ],
  history: [
    { at: "2026-11-22T12:00:00.000Z", status: "queued", reason: "planned" },
    { at: "2026-11-22T12:00:00.012Z", status: "sending", reason: "attempt 1" },
    { at: "2026-11-22T12:00:00.050Z", status: "retrying", reason: "attempt 1: transient 451 at rcpt" },
    { at: "2026-11-22T12:00:05.050Z", status: "sending", reason: "attempt 2" },
    { at: "2026-11-22T12:00:05.100Z", status: "sent", reason: null }
  ]
})

const plain = makePaint(false)

describe("tellDelivery", () => {
  it("tells each step with its time, the time since the step before, and what the provider said", () => {
    assert.deepStrictEqual(tellDelivery(story, plain), [
      `message ${id}  sent`,
      "  email to ada, address from profile, welcome_email v1 en",
      "  2026-11-22T12:00:00.000Z                queued       planned",
      "  2026-11-22T12:00:00.012Z        +12 ms  sending      attempt 1 of 5",
      "  2026-11-22T12:00:00.050Z        +38 ms  retrying     smtp, transient at rcpt: 451 try later, again at 2026-11-22T12:00:05Z",
      "  2026-11-22T12:00:05.050Z       +5.00 s  sending      attempt 2 of 5",
      "  2026-11-22T12:00:05.100Z        +50 ms  sent         smtp: 250 OK"
    ])
  })

  it("tells what a message waits for, and the reason of one that was never tried", () => {
    const waiting: DeliveryStory = {
      ...story,
      status: "expired",
      template_version: null,
      locale: null,
      contact_source: null,
      send_after: "2026-11-23T12:00:00Z",
      expires_at: "2026-11-22T13:00:00Z",
      attempts: [],
      history: [
        { at: "2026-11-22T12:00:00.000Z", status: "queued", reason: "planned" },
        { at: "2026-11-22T13:00:00.000Z", status: "expired", reason: "expires_at has passed" }
      ]
    }
    assert.deepStrictEqual(tellDelivery(waiting, plain), [
      `message ${id}  expired`,
      "  email to ada, welcome_email",
      "  not before 2026-11-23T12:00:00Z",
      "  not after 2026-11-22T13:00:00Z",
      "  2026-11-22T12:00:00.000Z                queued       planned",
      "  2026-11-22T13:00:00.000Z    +1 h 0 min  expired      expires_at has passed"
    ])
  })

  it("colours the status where it may", () => {
    const [head = ""] = tellDelivery(story, makePaint(true))
    assert.include(head, "\u001B[32msent\u001B[0m")
  })
})

describe("tellEvent", () => {
  it("tells what was accepted, how, and what it became", () => {
    const event = Schema.decodeSync(EventStory)({
      event_id: id,
      event_type: "user_registered",
      organization_id: "default",
      status: "rejected",
      accepted_at: "2026-11-22T12:00:00Z",
      via: "nats",
      jobs_count: 250,
      jobs: [{ job_id: id, user_id: "ada", channel: "email", status: "sent" }],
      jobs_truncated: true,
      reason: "unknown_event_type"
    })
    assert.deepStrictEqual(tellEvent(event, plain), [
      `event ${id}  user_registered`,
      "  accepted 2026-11-22T12:00:00Z over NATS for default, rejected: unknown_event_type",
      "  250 messages, of which the first 1 are told"
    ])
  })
})

describe("span", () => {
  const from = "2026-11-22T12:00:00.000Z"

  it.each([
    ["2026-11-22T12:00:00.000Z", "0 ms"],
    ["2026-11-22T12:00:00.999Z", "999 ms"],
    ["2026-11-22T12:00:01.500Z", "1.50 s"],
    ["2026-11-22T12:02:05.000Z", "2 min 5 s"],
    ["2026-11-22T15:00:59.000Z", "3 h 0 min"],
    ["2026-11-24T13:10:00.000Z", "2 d 1 h"],
    ["2026-11-22T11:59:59.000Z", "0 ms"]
  ])("to %s is %s", (to, expected) => {
    assert.strictEqual(span(from, to), expected)
  })
})
