/** What an operator's word makes of a row, and which words are refused. */

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import { DeadLetterReason } from "#schemas/DeadLetter.ts"
import { DeadLetterId } from "#schemas/Ids.ts"
import { Status } from "#schemas/Status.ts"
import { type FoundRow, type Letter, replayJob, replayOf, resolve } from "#src/domain/decide.ts"
import { deadLetterIdOfJob } from "#src/domain/ids.ts"
import { at, sampleRow } from "#test/support/jobs.ts"

const order = { by: "operator", note: "it is repaired", at: at("2026-11-21T12:00:00.000Z") }

const found = (overrides: Partial<FoundRow> = {}): FoundRow => ({
  ...sampleRow({ status: "dead", attempt: 5 }),
  is_cancelled: false,
  ...overrides
})

/** The letter of the row's own death. */
const letterOf = (row: FoundRow, overrides: Partial<Letter> = {}): Letter => ({
  dead_letter_id: deadLetterIdOfJob(row),
  stream: "JOBS_EMAIL",
  reason: "attempts_exhausted",
  state: "open",
  ...overrides
})

const replay = (row: FoundRow) => replayJob(letterOf(row), row, order)
const detailOf = <A, E extends { readonly detail: string }>(result: Result.Result<A, E>) =>
  Result.getOrThrow(Result.flip(result)).detail

const Life = Schema.Struct({
  status: Status,
  generation: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 })),
  original: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })),
  attempt: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))
})

const rowOf = ({ attempt, generation, original, status }: typeof Life.Type): FoundRow =>
  found({ attempt, generation, status, max_attempts: Math.min(original * (generation + 1), 32_767) })

describe("replayJob", () => {
  it.prop("puts back what has died, and nothing else", [Life], ([life]) => {
    const row = rowOf(life)
    const decision = replay(row)
    assert.strictEqual(Result.isSuccess(decision), ["failed", "bounced", "dead"].includes(life.status))
    if (Result.isFailure(decision)) return
    const { settlement, ...rest } = decision.success
    assert.deepInclude(rest, {
      by: order.by,
      note: order.note,
      act: "replayed",
      from: life.status,
      dead_letter_id: deadLetterIdOfJob(row)
    })
    assert.deepInclude(settlement, {
      message_id: row.message_id,
      status: "queued",
      attempt: row.attempt,
      generation: row.generation,
      owner: null,
      reason: null,
      letter: null
    })
  })

  it.prop("adds the original attempts again, as often as it is asked", [Life], ([life]) => {
    const row = rowOf({ ...life, status: "dead" })
    const { max_attempts } = Result.getOrThrow(replay(row))
    assert.isAtMost(max_attempts, 32_767)
    if (max_attempts < 32_767) assert.strictEqual(max_attempts, life.original * (life.generation + 2))
  })

  it("refuses a letter that is not of the row's own death", () => {
    const row = found()
    const hint = letterOf(row, { dead_letter_id: DeadLetterId.make(row.message_id) })
    assert.include(detailOf(replayJob(hint, row, order)), "not how message")
    const again = found({ generation: 1 })
    assert.include(detailOf(replayJob(letterOf(row), again, order)), "not how message")
  })

  it("refuses what is gone, and what is cancelled", () => {
    const row = found()
    assert.include(detailOf(replayJob(letterOf(row), null, order)), "no row")
    assert.include(
      detailOf(replay(found({ is_cancelled: true, execution_id: "exe_1" }))),
      "exe_1 is cancelled"
    )
    assert.include(detailOf(replay(found({ is_cancelled: true }))), "is cancelled")
  })
})

describe("replayOf", () => {
  it.prop("knows what would be done again", [DeadLetterReason], ([reason]) => {
    const row = found()
    const kind = (stream: string) => Result.getOrNull(replayOf(letterOf(row, { stream, reason })))
    assert.strictEqual(kind("JOBS_SMS"), "job")
    const isLost = reason === "event_conflict" || reason === "too_large"
    assert.strictEqual(kind("EVENTS"), isLost ? null : "event")
    assert.isNull(kind("ADVISORIES"))
  })
})

describe("resolve", () => {
  it.prop("settles what is unknown, and nothing else", [Life], ([life]) => {
    const row = rowOf(life)
    for (const [as, status] of [
      ["sent", "sent"],
      ["failed", "failed"],
      ["resend", "queued"]
    ] as const) {
      const decision = resolve(row, as, order)
      assert.strictEqual(Result.isSuccess(decision), life.status === "unknown")
      if (Result.isFailure(decision)) assert.deepStrictEqual(decision.failure.extra, { status: life.status })
      else assert.deepInclude(decision.success.settlement, { status, attempt: life.attempt, owner: null })
    }
  })

  it("leaves a dead letter of what was not sent, which can be replayed", () => {
    const row = found({ status: "unknown", attempt: 1 })
    const { max_attempts, settlement } = Result.getOrThrow(resolve(row, "failed", order))
    assert.deepInclude(settlement.letter ?? {}, {
      reason: "rejected",
      job_id: row.message_id,
      died_at: order.at
    })
    assert.isFalse(settlement.letter?.detail.includes("repaired"))
    assert.strictEqual(max_attempts, row.max_attempts)
    const letter = letterOf(row)
    assert.deepInclude(settlement.letter, { dead_letter_id: letter.dead_letter_id })
    assert.isTrue(Result.isSuccess(replayJob(letter, { ...row, status: "failed" }, order)))
  })

  it("gives a message that is sent again attempts of its own", () => {
    const row = found({ status: "unknown", attempt: 5 })
    assert.strictEqual(Result.getOrThrow(resolve(row, "resend", order)).max_attempts, 10)
    assert.strictEqual(Result.getOrThrow(resolve(row, "sent", order)).max_attempts, 5)
  })
})
