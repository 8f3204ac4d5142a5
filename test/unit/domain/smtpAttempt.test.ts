import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"

import { Instant } from "#schemas/Instant.ts"
import { Attempt } from "#src/domain/Attempt.ts"
import { toAttempt, withoutAddresses } from "#src/domain/smtpAttempt.ts"
import { parseReply } from "#src/domain/smtpReply.ts"

const tried = {
  attempt: 2,
  started_at: Instant.make("2026-11-21T12:00:00.000Z"),
  finished_at: Instant.make("2026-11-21T12:00:01.000Z")
}

describe("withoutAddresses", () => {
  it.prop(
    "leaves no @ and no control character, in at most 1000 characters",
    [Schema.String, Schema.String, Schema.Natural],
    ([before, after, length]) => {
      const text = withoutAddresses(`${before}ada@example.com ${after}${"x".repeat(length % 2000)}`)
      assert.notInclude(text, "@")
      // oxlint-disable-next-line no-control-regex -- they are what it looks for
      assert.notMatch(text, /[\u0000-\u001f\u007f]/)
      assert.isAtMost(text.length, 1000)
      assert.isTrue(text.isWellFormed())
    }
  )

  it("cuts without tearing a character apart", () => {
    assert.isTrue(withoutAddresses(`${"x".repeat(999)}\u{1F514}`).isWellFormed())
  })

  it.each([
    { text: "<ada.l+news@example.com>: unknown", masked: "<[address]>: unknown" },
    { text: "no ada@example.com, nor bob@example.com", masked: "no [address], nor [address]" },
    { text: "two\r\nlines", masked: "two lines" }
  ])("$text", ({ masked, text }) => {
    assert.strictEqual(withoutAddresses(text), masked)
  })
})

describe("toAttempt", () => {
  it("records codes and words of the reply", () => {
    const reply = parseReply("550 5.1.1 <ada@example.com> unknown")
    assert.deepStrictEqual(toAttempt({ stage: "rcpt", reply, trouble: "refused" }, tried), {
      ...tried,
      phase: "rcpt",
      result: "permanent",
      provider: "smtp",
      provider_code: 550,
      enhanced_code: "5.1.1",
      provider_message: "<[address]> unknown",
      provider_message_id: null,
      retry_after_seconds: null
    })
  })

  it.each([
    { stage: "final_dot", raw: "250", message: "" },
    { stage: "final_dot", raw: "250 taken", message: "taken" },
    { stage: "body", raw: "250 taken", message: "too early: taken" }
  ] as const)("tells of $raw at $stage: $message", ({ message, raw, stage }) => {
    const reply = parseReply(raw)
    assert.strictEqual(toAttempt({ stage, reply, trouble: "too early" }, tried).provider_message, message)
  })

  it("records what went wrong where nothing was answered", () => {
    const attempt = toAttempt({ stage: "final_dot", reply: Option.none(), trouble: "closed" }, tried)
    assert.isTrue(Schema.is(Attempt)(attempt))
    assert.strictEqual(attempt.provider_code, null)
    assert.strictEqual(attempt.provider_message, "closed")
  })
})
