/** The dead letter of a job. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { DeadLetter } from "#schemas/DeadLetter.ts"
import { hintOf } from "#src/domain/hint.ts"
import { letterOfJob } from "#src/domain/letter.ts"
import { at, goldenRow, sampleRow } from "#test/support/jobs.ts"

const noon = at("2026-11-21T12:00:00.000Z")
const death = { reason: "rejected", detail: "no such user", at: noon } as const

describe("dead letters: letterOfJob", () => {
  it("says what died, where, and after how many attempts", () => {
    const row = sampleRow({ attempt: 2 })
    const letter = letterOfJob(row, death)
    assert.deepInclude(letter, {
      stream: "JOBS_EMAIL",
      subject: "jobs.email.tx.default",
      consumer: "deliver-email",
      reason: "rejected",
      detail: "no such user",
      deliveries: 2,
      job_id: row.message_id,
      event_id: row.event_id,
      headers: {},
      history: [],
      died_at: noon
    })
    assert.deepStrictEqual(letter.body, hintOf(row))
    assert.isTrue(Schema.is(DeadLetter)(letter))
  })

  it("names the lane of an execution, and carries its trace on", () => {
    const letter = letterOfJob(goldenRow, death)
    assert.deepInclude(letter, { subject: "jobs.email.bulk.exe_spring_1", consumer: "bulk-exe_spring_1" })
    assert.deepStrictEqual(letter.headers, { traceparent: goldenRow.traceparent ?? "" })
  })

  it("names the transactional lane where an operator has put it back", () => {
    const letter = letterOfJob({ ...goldenRow, generation: 1 }, death)
    assert.deepInclude(letter, { subject: "jobs.email.tx.default", consumer: "deliver-email" })
  })

  it("is the same letter for the same death, another for the next", () => {
    const idAt = (attempt: number) => letterOfJob(sampleRow({ attempt }), death).dead_letter_id
    assert.strictEqual(idAt(1), idAt(1))
    assert.notStrictEqual(idAt(1), idAt(2))
    assert.notStrictEqual(idAt(0), letterOfJob(sampleRow({ generation: 1 }), death).dead_letter_id)
  })
})
