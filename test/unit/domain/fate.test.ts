/** What a pass over a row leads to: one table for each thing that can happen. */

import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"

import { type Judgement, type MessageRow } from "#schemas/rows/MessageRow.ts"
import { Attempt } from "#src/domain/Attempt.ts"
import {
  afterAttempt,
  afterJudgement,
  afterLosingTrack,
  afterRestore,
  afterWorkerDied,
  crashLoop,
  unsendable
} from "#src/domain/fate.ts"
import { plusSeconds } from "#src/domain/instants.ts"
import { retryDelay_seconds } from "#src/domain/retryPolicy.ts"
import { type NextStatus } from "#src/domain/Settlement.ts"
import { at, sampleAttempt, sampleRow, workerId } from "#test/support/jobs.ts"

const owner = workerId(1)
const noon = at("2026-11-21T12:00:00.000Z")

/** Started for the first time, of three. */
const startedRow = (overrides: Partial<MessageRow> = {}): MessageRow =>
  sampleRow({ status: "sending", attempt: 1, max_attempts: 3, worker: owner, ...overrides })

const transient = sampleAttempt({
  result: "transient",
  phase: "connect",
  provider_code: 421,
  provider_message: "busy"
})
const permanent = sampleAttempt({
  result: "permanent",
  phase: "rcpt",
  provider_code: 550,
  enhanced_code: "5.1.1",
  provider_message: "no such user"
})
const unknown = sampleAttempt({ result: "unknown", phase: "final_dot", provider_message: "connection lost" })

interface Case {
  readonly what: string
  readonly row: Partial<MessageRow>
  readonly attempt: Attempt
  readonly status: string
  readonly reason: string | null
  readonly dies: boolean
}

const last = { attempt: 3 }
const campaign = { message_class: "campaign" } as const

describe("job processing: afterAttempt", () => {
  it.each<Case>([
    { what: "taken", row: {}, attempt: sampleAttempt(), status: "sent", reason: null, dies: false },
    { what: "taken at last", row: last, attempt: sampleAttempt(), status: "sent", reason: null, dies: false },
    {
      what: "taken, of a campaign",
      row: campaign,
      attempt: sampleAttempt(),
      status: "sent",
      reason: null,
      dies: false
    },
    {
      what: "address refused",
      row: {},
      attempt: permanent,
      status: "bounced",
      reason: "rejected",
      dies: true
    },
    {
      what: "mailbox refused after the content",
      row: {},
      attempt: { ...permanent, phase: "final_dot", enhanced_code: "5.2.2" },
      status: "bounced",
      reason: "rejected",
      dies: true
    },
    {
      what: "content refused",
      row: {},
      attempt: { ...permanent, phase: "final_dot", enhanced_code: "5.7.1" },
      status: "failed",
      reason: "rejected",
      dies: true
    },
    { what: "not now", row: {}, attempt: transient, status: "retrying", reason: null, dies: false },
    {
      what: "not now, of a campaign",
      row: campaign,
      attempt: transient,
      status: "retrying",
      reason: null,
      dies: false
    },
    {
      what: "not now, for the last time",
      row: last,
      attempt: transient,
      status: "dead",
      reason: "attempts_exhausted",
      dies: true
    },
    { what: "no one knows", row: {}, attempt: unknown, status: "retrying", reason: null, dies: false },
    {
      what: "no one knows, for the last time",
      row: last,
      attempt: unknown,
      status: "dead",
      reason: "attempts_exhausted",
      dies: true
    },
    {
      what: "no one knows, of a campaign",
      row: campaign,
      attempt: unknown,
      status: "unknown",
      reason: "in_doubt",
      dies: false
    },
    {
      what: "no one knows, of a campaign, for the last time",
      row: { ...campaign, ...last },
      attempt: unknown,
      status: "unknown",
      reason: "in_doubt",
      dies: false
    }
  ])("$what: $status", ({ attempt, dies, reason, row, status }) => {
    const settled = afterAttempt({ owner, row: startedRow(row) }, attempt)
    assert.deepStrictEqual([settled.status, settled.reason], [status, reason])
    assert.deepStrictEqual([settled.owner, settled.attempt], [owner, row.attempt ?? 1])
    assert.strictEqual(settled.outcome, attempt)
    assert.strictEqual(settled.letter?.reason ?? null, dies ? reason : null)
    assert.strictEqual(settled.retry_at !== null, status === "retrying")
    assert.strictEqual(settled.detail, attempt.provider_message)
  })

  it("says so itself where the provider was silent", () => {
    const silent = { provider_message: null }
    const said = (row: Partial<MessageRow>, attempt: Attempt) =>
      afterAttempt({ owner, row: startedRow(row) }, { ...attempt, ...silent }).detail
    assert.strictEqual(said({}, permanent), "the provider refused it for good")
    assert.strictEqual(said(last, transient), "all 3 attempts are used up")
    assert.isNull(said({}, transient))
  })

  it("dates the dead letter by the attempt", () => {
    const { letter } = afterAttempt({ owner, row: startedRow() }, permanent)
    assert.strictEqual(letter?.died_at, permanent.finished_at)
  })
})

describe("retry: afterAttempt", () => {
  it("waits as the policy says, from the end of the attempt, at least as long as the provider asks", () => {
    const row = startedRow({ retry_delays_seconds: [60] })
    const asking = { ...transient, retry_after_seconds: 90 }
    const wait = (attempt: Attempt) => afterAttempt({ owner, row }, attempt).retry_at
    assert.strictEqual(wait(transient), plusSeconds(transient.finished_at, retryDelay_seconds(row, 0)))
    assert.strictEqual(wait(asking), plusSeconds(transient.finished_at, 90))
  })

  it.prop(
    "goes on for exactly as many attempts as there are, whatever happens but a yes or a no",
    [
      Schema.Literals(["transient", "unknown"]),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))
    ],
    ([result, max_attempts]) => {
      for (let attempt = 1; attempt <= Math.min(max_attempts, 5); attempt++) {
        const row = startedRow({ attempt, max_attempts })
        const { status } = afterAttempt({ owner, row }, { ...transient, attempt, result })
        assert.strictEqual(status, attempt < max_attempts ? "retrying" : "dead")
      }
    }
  )

  it.prop("always leads on, and a campaign's doubt never to another attempt", [Attempt], ([attempt]) => {
    const ofCampaign = afterAttempt({ owner, row: startedRow(campaign) }, attempt)
    if (attempt.result === "unknown") assert.strictEqual(ofCampaign.status, "unknown")
    const settled = afterAttempt({ owner, row: startedRow() }, attempt)
    assert.strictEqual(settled.retry_at === null, settled.status !== "retrying")
    assert.strictEqual(settled.letter === null, !["bounced", "failed", "dead"].includes(settled.status))
  })
})

describe("expiry and refusals: afterJudgement", () => {
  it.each<[Judgement, string | null, string | null]>([
    ["cancelled", "cancelled", "execution_cancelled"],
    ["suppressed", "suppressed", "suppressed"],
    ["expired", "expired", "expired"],
    ["dead", "dead", "attempts_exhausted"],
    ["missing", null, null],
    ["skip", null, null],
    ["hold", null, null],
    ["later", null, null],
    ["sending", null, null]
  ])("%s settles as %s", (judgement, status, reason) => {
    const settled = afterJudgement(sampleRow({ attempt: 3, max_attempts: 3 }), judgement, noon)
    assert.strictEqual(settled?.status ?? null, status)
    assert.strictEqual(settled?.reason ?? null, reason)
  })

  it("counts no attempt and belongs to no worker", () => {
    const settled = afterJudgement(sampleRow({ attempt: 2 }), "expired", noon)
    assert.deepInclude(settled ?? {}, {
      attempt: 2,
      owner: null,
      outcome: null,
      retry_at: null,
      letter: null
    })
  })

  it("leaves a dead letter for the dead alone", () => {
    const settled = afterJudgement(sampleRow({ attempt: 5 }), "dead", noon)
    assert.deepInclude(settled?.letter ?? {}, { reason: "attempts_exhausted", died_at: noon, deliveries: 5 })
    assert.strictEqual(settled?.detail, "all 5 attempts are used up")
  })
})

describe("dead letters: what can never be sent", () => {
  it.each(["no_contact", "no_template", "render_failed"] as const)(
    "%s fails without an attempt",
    (reason) => {
      const settled = unsendable(sampleRow(), { reason, detail: "why" }, noon)
      assert.deepInclude(settled, {
        status: "failed",
        reason,
        detail: "why",
        owner: null,
        attempt: 0,
        outcome: null
      })
      assert.deepInclude(settled.letter ?? {}, { reason, detail: "why", died_at: noon })
    }
  )

  it("a crash loop is dead", () => {
    const settled = crashLoop(sampleRow(), noon)
    assert.deepInclude(settled, { status: "dead", reason: "crash_loop", owner: null })
    assert.strictEqual(settled.letter?.reason, "crash_loop")
  })
})

describe("afterWorkerDied", () => {
  it.each<[string, Partial<MessageRow>, string]>([
    ["a transactional message goes on", {}, "queued"],
    ["not after its last attempt", last, "dead"],
    ["a campaign's is held", campaign, "unknown"],
    ["a campaign's is held at its last attempt too", { ...campaign, ...last }, "unknown"]
  ])("%s", (_, overrides, status) => {
    const settled = afterWorkerDied(startedRow(overrides), owner, noon)
    assert.strictEqual(settled.status, status)
    assert.strictEqual(settled.owner, owner)
    assert.deepStrictEqual(settled.outcome, { result: "unknown", finished_at: noon, phase: null })
    assert.strictEqual(settled.letter?.reason, status === "dead" ? "attempts_exhausted" : undefined)
    assert.deepStrictEqual(Option.fromNullishOr(settled.retry_at), Option.none())
  })
})

describe("afterLosingTrack", () => {
  it.each<[Partial<MessageRow>, NextStatus, string]>([
    [{}, "queued", "track_lost"],
    [last, "dead", "attempts_exhausted"],
    [campaign, "unknown", "track_lost"]
  ])("leaves %o as %s, like the death of its worker", (overrides, status, reason) => {
    const settled = afterLosingTrack(startedRow(overrides), owner, noon)
    assert.deepInclude(settled, {
      status,
      reason,
      owner,
      outcome: { result: "unknown", finished_at: noon, phase: null }
    })
    assert.strictEqual(settled.status, afterWorkerDied(startedRow(overrides), owner, noon).status)
    assert.strictEqual(settled.letter !== null, status === "dead")
  })
})

describe("afterRestore", () => {
  it("leaves to an operator what may have been sent, with the attempt that the backup had begun", () => {
    const begun = afterRestore(startedRow(campaign), noon)
    assert.deepInclude(begun, { status: "unknown", reason: "restored", owner, letter: null })
    assert.deepStrictEqual(begun.outcome, { result: "unknown", finished_at: noon, phase: null })
    assert.deepInclude(afterRestore(sampleRow({ ...campaign, worker: owner }), noon), {
      owner: null,
      outcome: null
    })
  })
})
