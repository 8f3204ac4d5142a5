/** What a restored ledger believes of what was announced after its backup, and when an operator is asked first. */

import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import { Outcome } from "#schemas/Outcome.ts"
import { type Status } from "#schemas/Status.ts"
import { type LedgerAge } from "#src/domain/ledgerClock.ts"
import { corrections, courseOf, isNews, type Standing } from "#src/domain/restoration.ts"
import { at, sampleRow } from "#test/support/jobs.ts"

const { message_id, organization_id, user_id } = sampleRow({})

const standing = (rest: Partial<Standing> = {}): Standing => ({
  message_id,
  status: "queued",
  attempt: 0,
  result: null,
  reopened: [],
  ...rest
})

const outcome = (status: Status, attempt: number): Outcome => ({
  organization_id,
  campaign_id: null,
  execution_id: null,
  message_id,
  user_id,
  channel: "email",
  status,
  reason: null,
  attempt,
  at: at("2026-11-21T12:00:00.000Z")
})

describe("isNews", () => {
  const news: ReadonlyArray<readonly [string, Standing, Outcome]> = [
    ["sent since", standing(), outcome("sent", 1)],
    [
      "sent by an attempt that the backup has begun",
      standing({ status: "sending", attempt: 1 }),
      outcome("sent", 1)
    ],
    ["expired without an attempt", standing(), outcome("expired", 0)],
    [
      "suppressed while it waited again",
      standing({ status: "retrying", attempt: 1 }),
      outcome("suppressed", 1)
    ],
    ["failed without an attempt", standing(), outcome("failed", 0)],
    ["dead since", standing({ status: "sending", attempt: 5 }), outcome("dead", 5)],
    ["dead, replayed and sent since", standing({ status: "dead", attempt: 5 }), outcome("sent", 6)],
    [
      "sent, where recovery guessed that it was lost for good",
      standing({ status: "dead", attempt: 5, result: "unknown" }),
      outcome("sent", 5)
    ],
    [
      "sent, where the guess was replayed",
      standing({ attempt: 5, result: "unknown", reopened: [5] }),
      outcome("sent", 5)
    ],
    [
      "refused, where recovery guessed that no one knows",
      standing({ status: "unknown", attempt: 1, result: "unknown" }),
      outcome("bounced", 1)
    ],
    ["in doubt, and resolved since", standing({ status: "unknown", attempt: 1 }), outcome("failed", 1)]
  ]
  it.each(news)("is what was %s", (_, row, said) => {
    assert.isTrue(isNews(row, said))
  })

  const old: ReadonlyArray<readonly [string, Standing, Outcome]> = [
    ["in doubt", standing({ status: "unknown", attempt: 1 }), outcome("unknown", 1)],
    ["dead, and guessed so", standing({ status: "dead", attempt: 5, result: "unknown" }), outcome("dead", 5)],
    ["refused for good", standing({ status: "failed", attempt: 1, result: "permanent" }), outcome("sent", 1)],
    ["settled", standing({ status: "sent", attempt: 1 }), outcome("sent", 1)],
    ["dead and replayed", standing({ attempt: 5, reopened: [5] }), outcome("dead", 5)],
    ["in doubt and sent again", standing({ attempt: 1, reopened: [1] }), outcome("unknown", 1)],
    ["at an attempt before its last", standing({ status: "sent", attempt: 2 }), outcome("unknown", 1)],
    ["no end", standing(), outcome("queued", 1)]
  ]
  it.each(old)("is not what the backup has as %s", (_, row, said) => {
    assert.isFalse(isNews(row, said))
  })
})

describe("corrections", () => {
  it("follows a row through all that was said of it, and says it once", () => {
    const row = standing({ status: "sending", attempt: 5 })
    const said = [outcome("dead", 5), outcome("unknown", 6), outcome("sent", 6)]
    assert.deepStrictEqual(corrections([row], said), [{ was: row, outcome: outcome("sent", 6) }])
  })

  it.prop("ends the same where something is said twice or late", [Outcome], ([one]) => {
    const row = standing({ message_id: one.message_id })
    const later = { ...one, attempt: one.attempt + 1 }
    const ended = corrections([row], [one, later])
    assert.deepStrictEqual(corrections([row], [one, later, one, later, one]), ended)
    for (const { outcome, was } of ended)
      assert.isEmpty(
        corrections([{ ...was, status: outcome.status, attempt: outcome.attempt }], [one, later])
      )
  })

  it("leaves rows alone that the ledger does not have", () => {
    assert.isEmpty(corrections([], [outcome("sent", 1)]))
  })
})

describe("courseOf", () => {
  const forbidden = { confirmFailover: false, evenIfCurrent: false, takeOver: false }

  it.each<[LedgerAge, Partial<typeof forbidden>, string]>([
    ["behind", {}, "replay"],
    ["behind", { confirmFailover: true }, "set the clock"],
    ["other", { takeOver: true }, "replay"],
    ["other", { takeOver: true, confirmFailover: true }, "set the clock"],
    ["current", { evenIfCurrent: true }, "replay"]
  ])("of a ledger that is %s, with %o: %s", (age, allowed, course) => {
    assert.strictEqual(Result.getOrThrow(courseOf(age, { ...forbidden, ...allowed })), course)
  })

  it.each<[LedgerAge, Partial<typeof forbidden>, string]>([
    ["other", { confirmFailover: true, evenIfCurrent: true }, "--take-over"],
    ["current", { confirmFailover: true, takeOver: true }, "--even-if-current"]
  ])("of a ledger that is %s asks first, with %o: %s", (age, allowed, words) => {
    const course = courseOf(age, { ...forbidden, ...allowed })
    assert.include(Result.isFailure(course) ? course.failure : "", words)
  })
})
