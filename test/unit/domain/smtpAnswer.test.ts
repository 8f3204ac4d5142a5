import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"

import { isBounce, judge, type Stage } from "#src/domain/smtpAnswer.ts"
import { parseReply } from "#src/domain/smtpReply.ts"

const stages = [
  "connect",
  "mail",
  "rcpt",
  "data",
  "body",
  "final_dot"
] as const satisfies ReadonlyArray<Stage>

const AnyStage = Schema.Literals(stages)
const AnyReply = Schema.Option(
  Schema.Struct({
    code: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })),
    enhanced: Schema.Option(Schema.String),
    text: Schema.String
  })
)

const judged = (stage: Stage, raw: string) => {
  const { phase, result } = judge({ stage, reply: parseReply(raw), trouble: "" })
  return `${result}/${phase}`
}

describe("judge", () => {
  it.prop("says sent only for a 2xx to the final dot", [AnyStage, AnyReply], ([stage, reply]) => {
    const { phase, result } = judge({ stage, reply, trouble: "" })
    const yes = stage === "final_dot" && Option.exists(reply, ({ code }) => code < 300)
    assert.strictEqual(result === "sent", yes)
    assert.strictEqual(phase === "accepted", yes)
  })

  it.prop(
    "is in doubt only after the final dot, without a refusal",
    [AnyStage, AnyReply],
    ([stage, reply]) => {
      const { phase, result } = judge({ stage, reply, trouble: "" })
      const refused = Option.exists(reply, ({ code }) => code >= 400)
      if (result === "unknown") assert.isTrue(phase === "final_dot" && !refused)
      if (stage === "final_dot" && Option.isNone(reply)) assert.strictEqual(result, "unknown")
    }
  )

  it.prop("gives up only on a 5xx that is about the message", [AnyStage, AnyReply], ([stage, reply]) => {
    const { result } = judge({ stage, reply, trouble: "" })
    if (result !== "permanent") return
    assert.isTrue(Option.exists(reply, ({ code }) => code >= 500))
    assert.notStrictEqual(stage, "connect")
  })

  it.prop("does not read the words", [AnyStage, AnyReply, Schema.String], ([stage, reply, text]) => {
    const reworded = Option.map(reply, (said) => ({ ...said, text }))
    assert.deepStrictEqual(
      judge({ stage, reply, trouble: "" }),
      judge({ stage, reply: reworded, trouble: text })
    )
  })

  it.each([
    { stage: "connect", raw: "554 5.7.1 you are listed", expected: "transient/connect" },
    { stage: "connect", raw: "535 5.7.8 wrong password", expected: "transient/connect" },
    { stage: "mail", raw: "550 5.7.1 not you", expected: "permanent/connect" },
    { stage: "mail", raw: "530 5.7.0 log in first", expected: "transient/connect" },
    { stage: "rcpt", raw: "550 5.1.1 nobody here", expected: "permanent/rcpt" },
    { stage: "rcpt", raw: "450 4.2.0 greylisted", expected: "transient/rcpt" },
    { stage: "data", raw: "554 no", expected: "permanent/body" },
    { stage: "body", raw: "", expected: "transient/body" },
    { stage: "final_dot", raw: "552 5.3.4 too big", expected: "permanent/final_dot" },
    { stage: "final_dot", raw: "421 4.3.2 going down", expected: "transient/final_dot" },
    { stage: "final_dot", raw: "garbage", expected: "unknown/final_dot" },
    { stage: "final_dot", raw: "250 ok", expected: "sent/accepted" }
  ] as const)("$stage, $raw: $expected", ({ expected, raw, stage }) => {
    assert.strictEqual(judged(stage, raw), expected)
  })
})

describe("isBounce", () => {
  it.each([
    { result: "permanent", phase: "rcpt", enhanced_code: null, bounced: true },
    { result: "transient", phase: "rcpt", enhanced_code: null, bounced: false },
    { result: "permanent", phase: "final_dot", enhanced_code: null, bounced: false },
    { result: "permanent", phase: "final_dot", enhanced_code: "5.1.1", bounced: true },
    { result: "permanent", phase: "final_dot", enhanced_code: "5.2.2", bounced: true },
    { result: "permanent", phase: "final_dot", enhanced_code: "5.7.1", bounced: false },
    { result: "permanent", phase: "final_dot", enhanced_code: "5.12.1", bounced: false },
    { result: "unknown", phase: "final_dot", enhanced_code: "5.1.1", bounced: false }
  ] as const)("$result at $phase with $enhanced_code: $bounced", ({ bounced, ...attempt }) => {
    assert.strictEqual(isBounce(attempt), bounced)
  })
})
