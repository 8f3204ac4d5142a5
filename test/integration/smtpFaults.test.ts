/** A 4xx, a 5xx, a reset and a stall at each SMTP step: the server's own record and the attempt agree. */

import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { type Attempt } from "#src/domain/Attempt.ts"
import { isBounce } from "#src/domain/smtpAnswer.ts"
import { impatient, providerWith, sampleEmail, sendOn } from "#test/support/smtpMail.ts"
import { type SinkFault, type SinkStep, type SmtpSink, smtpSink } from "#test/support/smtpSink.ts"

interface Case {
  readonly step: SinkStep
  readonly fault: SinkFault
  /** `result/phase/code`: one of these. */
  readonly expected: ReadonlyArray<string>
}

const refusals = (step: SinkStep, phase: string, final: string): ReadonlyArray<Case> => [
  { step, fault: { reply: "451 4.3.0 try later" }, expected: [`transient/${phase}/451`] },
  { step, fault: { reply: "421-4.3.2 going\r\n421 4.3.2 down" }, expected: [`transient/${phase}/421`] },
  { step, fault: { reply: "550 5.7.1 no" }, expected: [`${final}/${phase}/550`] }
]

/** No answer, or none that counts. */
const losses = (step: SinkStep, expected: ReadonlyArray<string>): ReadonlyArray<Case> => [
  { step, fault: { cut: "reset" }, expected },
  { step, fault: { cut: "close" }, expected },
  { step, fault: { cut: "close", after: "550 5.1.1 cut sho" }, expected },
  { step, fault: { reply: "make of this what you like" }, expected },
  { step, fault: "stall", expected }
]

const lostConnecting = ["transient/connect/-"]
/** With pipelining no one can tell which of the three was not answered. */
const lostEnvelope = ["transient/connect/-", "transient/rcpt/-", "transient/body/-"]
const lostBody = ["transient/body/-"]
const lostAnswer = ["unknown/final_dot/-"]

const cases: ReadonlyArray<Case> = [
  ...refusals("banner", "connect", "transient"),
  ...losses("banner", lostConnecting),
  ...refusals("EHLO", "connect", "transient"),
  ...losses("EHLO", lostConnecting),
  ...refusals("MAIL", "connect", "permanent"),
  ...losses("MAIL", lostEnvelope),
  { step: "MAIL", fault: { reply: "530 5.7.0 log in first" }, expected: ["transient/connect/530"] },
  ...refusals("RCPT", "rcpt", "permanent"),
  ...losses("RCPT", lostEnvelope),
  ...refusals("DATA", "body", "permanent"),
  ...losses("DATA", lostEnvelope),
  ...refusals("body", "body", "permanent"),
  ...losses("body", lostBody),
  { step: "body", fault: { reply: "250 2.0.0 too early" }, expected: ["transient/body/250"] },
  ...refusals("final_dot", "final_dot", "permanent"),
  ...losses("final_dot", lostAnswer),
  { step: "final_dot", fault: { reply: "354 go on" }, expected: ["unknown/final_dot/354"] },
  // The usual reply and then a reset: how far the next step got by then is a race.
  { step: "banner", fault: "reply_then_reset", expected: lostConnecting },
  { step: "EHLO", fault: "reply_then_reset", expected: [...lostConnecting, ...lostEnvelope] },
  { step: "MAIL", fault: "reply_then_reset", expected: lostEnvelope },
  { step: "RCPT", fault: "reply_then_reset", expected: lostEnvelope },
  { step: "DATA", fault: "reply_then_reset", expected: [...lostEnvelope, ...lostAnswer] },
  { step: "final_dot", fault: "reply_then_reset", expected: ["sent/accepted/250"] }
]

/** More than the kernels of both sides buffer, so that a fault in the content strikes before its end. */
const huge = `<p>${"x".repeat(12_000_000)}</p>`

const summary = ({ phase, provider_code, result }: Attempt): string =>
  `${result}/${phase}/${provider_code ?? "-"}`

/** How often the sink took the message. */
const timesTaken = (sink: SmtpSink, n: number): number =>
  sink.taken.filter(({ messageId }) => messageId.startsWith(sampleEmail(n).jobId)).length

const agrees = (sink: SmtpSink, n: number, attempt: Attempt): boolean => {
  const taken = timesTaken(sink, n)
  if (attempt.result === "sent") return taken === 1
  return attempt.result === "unknown" ? attempt.phase === "final_dot" && taken <= 1 : taken === 0
}

const strike = ({ expected, fault, step }: Case, extensions: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sink = yield* smtpSink(extensions)
    const provider = yield* providerWith({ SMTP_URL: sink.url }, { timeouts: impatient })
    sink.fail(step, fault)
    const attempt = yield* sendOn(provider, sampleEmail(1, step === "body" ? { html: huge } : {}))
    assert.include(expected, summary(attempt))
    assert.isTrue(agrees(sink, 1, attempt), `taken ${timesTaken(sink, 1)} times`)
    assert.strictEqual(isBounce(attempt), attempt.result === "permanent" && step === "RCPT")

    // Whatever happened, what is sent next finds a server in step.
    sink.heal()
    const next = yield* sendOn(provider, sampleEmail(2)).pipe(
      // The reset after a 250 may come only while the next one is under way.
      Effect.repeat({ until: ({ result }) => fault !== "reply_then_reset" || result === "sent", times: 1 })
    )
    assert.strictEqual(summary(next), "sent/accepted/250")
    assert.strictEqual(timesTaken(sink, 2), 1)
  })

describe.each([
  { name: "pipelining", extensions: ["PIPELINING", "8BITMIME"] },
  { name: "one command at a time", extensions: ["8BITMIME"] }
])("Smtp.send, $name", ({ extensions }) => {
  it.effect.each(cases)("at $step, $fault: $expected.0", (each) => strike(each, extensions))
})
