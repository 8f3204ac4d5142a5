import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { JobId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { Status } from "#schemas/Status.ts"
import { toInstant } from "#src/domain/instants.ts"
import {
  type AttemptRow,
  attemptsOf,
  type DecisionRow,
  historyOf,
  type StoryRow,
  withoutNote
} from "#src/domain/story.ts"

/** `at(3)` is three seconds after the message was planned. */
const at = (seconds: number): Instant => toInstant(1_790_000_000_000 + seconds * 1000)

const queued: StoryRow = {
  message_id: JobId.make("01a00000-0000-8000-8000-000000000000"),
  event_id: null,
  campaign_id: null,
  execution_id: null,
  user_id: "ada",
  channel_type: "email",
  template_code: "welcome_email",
  template_version: null,
  locale: null,
  title: null,
  status: "queued",
  reason: null,
  attempt: 0,
  max_attempts: 5,
  send_after: null,
  expires_at: null,
  retry_at: null,
  contact_source: null,
  attempt_started_at: null,
  attempt_finished_at: null,
  phase: null,
  result: null,
  provider: null,
  provider_code: null,
  provider_message_id: null,
  error_message: null,
  queued_at: at(0),
  sent_at: null,
  delivered_at: null,
  opened_at: null,
  clicked_at: null,
  bounced_at: null,
  failed_at: null,
  unsubscribed_at: null,
  settled_at: null
}

const attempt = (number: number, rest: Partial<AttemptRow> = {}): AttemptRow => ({
  attempt: number,
  started_at: at(number * 10),
  finished_at: at(number * 10 + 1),
  phase: "rcpt",
  result: "transient",
  provider: "smtp",
  provider_code: 451,
  provider_message: "later",
  provider_message_id: null,
  retry_at: at(number * 10 + 9),
  ...rest
})

/** The row of a message whose last attempt, at second 10 × number, was this. */
const tried = (number: number, rest: Partial<StoryRow>): StoryRow => ({
  ...queued,
  attempt: number,
  attempt_started_at: at(number * 10),
  attempt_finished_at: at(number * 10 + 1),
  phase: "rcpt",
  result: "transient",
  provider: "smtp",
  provider_code: 451,
  ...rest
})

const told = (
  row: StoryRow,
  archived: ReadonlyArray<AttemptRow> = [],
  decisions: ReadonlyArray<DecisionRow> = []
) => historyOf(row, attemptsOf(row, archived), decisions).map(({ reason, status }) => `${status}: ${reason}`)

describe("attemptsOf", () => {
  it("has none before the first start", () => {
    assert.deepStrictEqual(attemptsOf(queued, []), [])
  })

  it("adds the row's own to the archive's, in order", () => {
    const attempts = attemptsOf(tried(3, {}), [attempt(2), attempt(1)])
    assert.deepStrictEqual(
      attempts.map((one) => one.attempt),
      [1, 2, 3]
    )
  })

  it("tells an attempt once that is in the row and in the archive, by the archive's word", () => {
    const attempts = attemptsOf(tried(1, { status: "retrying", result: null }), [attempt(1)])
    assert.deepStrictEqual(attempts, [attempt(1)])
  })
})

describe("historyOf", () => {
  it.each([
    { what: "a message that waits", row: queued, steps: ["queued: planned"] },
    {
      what: "one that is being sent",
      row: tried(1, {
        status: "sending",
        attempt_finished_at: null,
        phase: null,
        result: null,
        provider_code: null
      }),
      steps: ["queued: planned", "sending: attempt 1"]
    },
    {
      what: "one that was sent and opened",
      row: tried(1, {
        status: "opened",
        result: "sent",
        phase: "accepted",
        provider_code: 250,
        sent_at: at(11),
        delivered_at: at(20),
        opened_at: at(30),
        settled_at: at(11)
      }),
      steps: ["queued: planned", "sending: attempt 1", "sent: null", "delivered: null", "opened: null"]
    },
    {
      what: "one that bounced",
      row: tried(1, {
        status: "bounced",
        reason: "rejected",
        result: "permanent",
        bounced_at: at(11),
        settled_at: at(11)
      }),
      steps: ["queued: planned", "sending: attempt 1", "bounced: rejected"]
    },
    {
      what: "one that could never be sent",
      row: {
        ...queued,
        status: "failed" as const,
        reason: "no_contact",
        failed_at: at(1),
        settled_at: at(1)
      },
      steps: ["queued: planned", "failed: no_contact"]
    },
    {
      what: "one whose doubt an operator decides",
      row: tried(1, {
        status: "unknown",
        phase: "final_dot",
        result: "unknown",
        provider_code: null,
        settled_at: at(11)
      }),
      steps: ["queued: planned", "sending: attempt 1", "unknown: attempt 1: unknown at final_dot"]
    }
  ])("tells $what", ({ row, steps }) => {
    assert.deepStrictEqual(told(row), steps)
  })

  it("tells every failed attempt before the one that went through", () => {
    const row = tried(3, {
      status: "sent",
      result: "sent",
      phase: "accepted",
      sent_at: at(31),
      settled_at: at(31)
    })
    const lost = attempt(2, { phase: null, result: "unknown", provider_code: null, retry_at: null })
    assert.deepStrictEqual(told(row, [attempt(1), lost]), [
      "queued: planned",
      "sending: attempt 1",
      "retrying: attempt 1: transient 451 at rcpt",
      "sending: attempt 2",
      "queued: attempt 2: unknown",
      "sending: attempt 3",
      "sent: null"
    ])
  })

  it("tells that it waits for the next attempt", () => {
    assert.deepStrictEqual(told(tried(1, { status: "retrying" }), [attempt(1)]), [
      "queued: planned",
      "sending: attempt 1",
      "retrying: attempt 1: transient 451 at rcpt"
    ])
  })

  const died = tried(1, {
    status: "dead",
    reason: "attempts_exhausted",
    failed_at: at(11),
    settled_at: at(11)
  })
  const first = attempt(1, { retry_at: null })

  /** What was decided at second 15 about a message whose attempt 1 had ended it at second 11. */
  const decision = (rest: Partial<DecisionRow>): DecisionRow => ({
    act: "replayed",
    decided_at: at(15),
    decided_by: "operator",
    note: null,
    status: "queued",
    attempt: 1,
    from_status: "dead",
    from_reason: "attempts_exhausted",
    from_at: at(11),
    ...rest
  })
  const replayed = ["queued: planned", "sending: attempt 1", "dead: attempts_exhausted", "queued: replayed"]

  it("tells a death once, and one that a replay has undone as well", () => {
    assert.deepStrictEqual(told(died).slice(2), ["dead: attempts_exhausted"])
    const waits = { ...tried(1, { status: "queued" }), result: null }
    assert.deepStrictEqual(told(waits, [first], [decision({})]), replayed)
    const sent = tried(2, { status: "sent", result: "sent", sent_at: at(21), settled_at: at(21) })
    assert.deepStrictEqual(told(sent, [first], [decision({})]), [
      ...replayed,
      "sending: attempt 2",
      "sent: null"
    ])
  })

  it("tells what came of an attempt though an operator put the message back after it", () => {
    const from = { from_status: "failed", from_reason: "no_template" } as const
    const steps = told(tried(1, { status: "queued" }), [attempt(1, { retry_at: at(12) })], [decision(from)])
    assert.include(steps, "retrying: attempt 1: transient 451 at rcpt")
  })

  it("tells an operator's word once, with who and why", () => {
    const from = {
      act: "resolved",
      from_status: "unknown",
      from_reason: "in_doubt",
      note: "asked them"
    } as const
    for (const status of ["sent", "failed", "cancelled"] as const) {
      const row = tried(1, { status, reason: "rejected", result: "unknown", settled_at: at(15) })
      const dated = { ...row, sent_at: status === "sent" ? at(15) : null }
      const steps = historyOf(dated, attemptsOf(dated, []), [decision({ ...from, status })])
      assert.deepStrictEqual(steps.slice(2), [
        { at: at(11), status: "unknown", reason: "in_doubt" },
        { at: at(15), status, reason: "resolved", by: "operator", note: "asked them" }
      ])
    }
  })

  it("omits when it ended where no one knows", () => {
    assert.deepStrictEqual(told(queued, [], [decision({ from_at: null, attempt: 0 })]), [
      "queued: planned",
      "queued: replayed"
    ])
  })

  it("says as much as it knows of an attempt or an end without details", () => {
    const vague = attempt(1, { result: null, phase: null, provider_code: null })
    assert.include(told(tried(2, { status: "sending" }), [vague]), "retrying: attempt 1: no result")
    assert.include(told({ ...queued, status: "cancelled", settled_at: at(1) }), "cancelled: null")
  })

  it("omits what no one dated", () => {
    assert.deepStrictEqual(told({ ...queued, status: "cancelled" }), ["queued: planned"])
    assert.deepStrictEqual(
      told(tried(1, { status: "sending", attempt_started_at: null, attempt_finished_at: null })),
      ["queued: planned"]
    )
  })

  const Seconds = Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })))
  const Sample = Schema.Struct({
    status: Status,
    attempt: Schema.Literals([0, 1, 2]),
    sent: Seconds,
    opened: Seconds,
    settled: Seconds,
    finished: Seconds
  })

  it.prop("begins with the plan and never goes back in time", [Sample], ([sample]) => {
    const instant = (seconds: number | null) => (seconds === null ? null : at(seconds))
    const row: StoryRow = {
      ...tried(sample.attempt, { status: sample.status }),
      attempt_finished_at: instant(sample.finished),
      sent_at: instant(sample.sent),
      opened_at: instant(sample.opened),
      settled_at: instant(sample.settled)
    }
    const steps = historyOf(row, attemptsOf(row, [attempt(1)]), [])
    assert.deepInclude(steps[0], { status: "queued", reason: "planned" })
    for (const [index, step] of steps.entries())
      assert.isAtLeast(step.at.localeCompare(steps[index - 1]?.at ?? ""), 0)
  })
})

describe("withoutNote", () => {
  it("tells what was decided and when, not by whom and why", () => {
    const step = { at: at(3), status: "sent", reason: "resolved" } as const
    assert.deepStrictEqual(withoutNote({ ...step, by: "operator", note: "by telephone" }), step)
  })
})
