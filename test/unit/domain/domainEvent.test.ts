/** An outcome in the envelope of the domain events. */

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import { EventEnvelope } from "#schemas/Event.ts"
import { UserId } from "#schemas/Ids.ts"
import { Outcome } from "#schemas/Outcome.ts"
import { outcomeEvent, outcomeOf } from "#src/domain/domainEvent.ts"
import { at, jobId, sampleRow } from "#test/support/jobs.ts"

const sent: Outcome = {
  organization_id: sampleRow().organization_id,
  campaign_id: null,
  execution_id: null,
  message_id: jobId(1),
  user_id: UserId.make("user-1"),
  channel: "email",
  status: "sent",
  reason: null,
  attempt: 1,
  at: at("2026-11-21T12:00:00.000Z")
}

describe("outcomeEvent", () => {
  it("says what was true then", () => {
    const { event_id, ...said } = outcomeEvent({ ...sent, campaign_id: "cmp_1", execution_id: "exe_1" })
    assert.match(event_id, /^[0-9a-f-]{36}$/)
    assert.deepStrictEqual(said, {
      event_type: "campaign.message.sent",
      source: "campaign_service",
      occurred_at: sent.at,
      organization_id: sent.organization_id,
      payload: {
        campaign_id: "cmp_1",
        execution_id: "exe_1",
        message_id: jobId(1),
        notification_id: jobId(1),
        user_id: sent.user_id,
        channel: "email",
        status: "sent",
        reason: null,
        attempt: 1
      }
    })
  })

  it("has the same id when it is said again, another for another outcome", () => {
    assert.strictEqual(outcomeEvent(sent).event_id, outcomeEvent({ ...sent }).event_id)
    assert.notStrictEqual(outcomeEvent(sent).event_id, outcomeEvent({ ...sent, status: "bounced" }).event_id)
  })

  it.prop("is an envelope, whatever the outcome", [Outcome], ([any]) => {
    const outcome = { ...any, at: sent.at }
    const encoded: unknown = JSON.parse(JSON.stringify(outcomeEvent(outcome)))
    assert.strictEqual(
      Schema.decodeUnknownSync(EventEnvelope)(encoded).event_type,
      `campaign.message.${outcome.status}`
    )
  })
})

describe("outcomeOf", () => {
  it.prop("reads what was announced", [Outcome], ([outcome]) => {
    assert.deepStrictEqual(
      outcomeOf(JSON.parse(JSON.stringify(outcomeEvent(outcome)))),
      Result.succeed(outcome)
    )
  })

  it("refuses what is no outcome", () => {
    assert.isTrue(Result.isFailure(outcomeOf({ event_type: "user_registered", payload: {} })))
  })
})
