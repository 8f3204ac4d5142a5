/** A row as the job that travels: readable by every worker, and nowhere an address in it. */

import { readFileSync } from "node:fs"

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import { decodeNotificationJob } from "#schemas/Job.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { dueAt, hintOf } from "#src/domain/hint.ts"
import { at, goldenRow, sampleRow } from "#test/support/jobs.ts"

const textOf = (row: MessageRow): string => new TextDecoder().decode(hintOf(row))
const jobOf = (row: MessageRow) => Result.getOrThrow(decodeNotificationJob(JSON.parse(textOf(row))))

describe("hintOf", () => {
  it("writes the golden sample", () => {
    const golden: unknown = JSON.parse(readFileSync("test/golden/NotificationJob.json", "utf8"))
    assert.deepStrictEqual(JSON.parse(textOf(goldenRow)), golden)
  })

  it("leaves out what is not said", () => {
    const job = jobOf(sampleRow({ event_id: null }))
    assert.hasAllKeys(job, [
      "job_id",
      "user_id",
      "channel",
      "template_code",
      "data",
      "meta",
      "priority",
      "max_attempts",
      "created_at"
    ])
    assert.deepStrictEqual(job.meta, { organization_id: sampleRow().organization_id })
  })
})

describe("hintOf: contact data", () => {
  const address = "ada.lovelace@example.com"

  it.prop(
    "never says the address, whatever it is named and however deep it lies",
    [Schema.String, Schema.Array(Schema.Union([Schema.Literal("list"), Schema.String]))],
    ([name, path]) => {
      const nested = path.reduce<unknown>(
        (value, step) => (step === "list" ? [value, 1] : { [step]: value, other: true }),
        { [name]: address, note: `Write to <${address}>, please.` }
      )
      const text = textOf(sampleRow({ data: { nested }, recipient_address: address }))
      assert.notInclude(text.toLowerCase(), address)
      assert.notInclude(textOf(sampleRow({ data: { nested } })), address)
    }
  )

  it.each([
    "email",
    "Email",
    "e-mail",
    "EMAIL_ADDRESS",
    "phone",
    "phoneNumber",
    "phone_number",
    "recipient_email",
    "recipient_phone",
    "recipientPhone",
    "mobile",
    "msisdn"
  ])("leaves out a member named %s", (name) => {
    const text = textOf(sampleRow({ data: { user: { [name]: "+49 170 1234567" } } }))
    assert.notInclude(text, "1234567")
  })

  it("keeps the names of members that are addresses out as well", () => {
    assert.notInclude(textOf(sampleRow({ data: { [address]: 1 } })), address)
  })

  it("keeps what is no contact", () => {
    const data = {
      handle: "@ada",
      at: "10 @ 5",
      list: [1, null, true, { emailed: 2 }],
      phones: "three of them"
    }
    assert.deepStrictEqual(jobOf(sampleRow({ data })).data, data)
  })

  it("says nothing of the row's address", () => {
    assert.notInclude(textOf(sampleRow({ recipient_address: address })), address)
  })
})

describe("send_after: dueAt", () => {
  const noon = at("2026-11-21T12:00:00.000Z")
  const later = at("2026-11-21T13:00:00.000Z")
  it.each<[string, Partial<MessageRow>, string | null]>([
    ["now, where no one says", {}, null],
    ["at send_after", { send_after: noon }, noon],
    ["at retry_at once it was tried", { send_after: noon, retry_at: later }, later],
    ["at retry_at alone", { retry_at: later }, later]
  ])("%s", (_, overrides, due) => {
    assert.strictEqual(dueAt(sampleRow(overrides)), due)
  })
})
