/** The mail server of a run: it takes its time, and does what the recipient's address or the trouble of the hour asks for. */

import { Effect } from "effect"

import {
  answerAfter,
  type SinkFault,
  smtpSink,
  type SinkStep,
  type SmtpSink
} from "#test/support/smtpSink.ts"

import { type ProviderTrouble } from "./Fault.ts"

/** So that there is something in the air whenever a fault comes. */
const usualAnswer_ms = 150
const sluggishAnswer_ms = 4000
const timesDeferred = 2
const reset = { cut: "reset" } as const

interface Trouble {
  readonly step: SinkStep
  readonly fault: SinkFault
}

const busy = { reply: "451 4.3.2 try again later" }
const noSuchUser = { reply: "550 5.1.1 no such user" }
const refusal = { reply: "554 5.7.1 refused" }

const troubles: Readonly<Record<ProviderTrouble, Trouble>> = {
  // Later than the 10 s that a client waits for a greeting.
  slow_banner: { step: "banner", fault: { late_ms: 20_000 } },
  one_byte_at_a_time: { step: "RCPT", fault: { dripping_ms: 100 } },
  // Later than the 30 s of `ack_wait`.
  slow_answer: { step: "final_dot", fault: { late_ms: 35_000 } },
  busy_at_banner: { step: "banner", fault: { cut: "close", after: "421 4.3.2 busy\r\n" } },
  busy_at_mail: { step: "MAIL", fault: busy },
  busy_at_rcpt: { step: "RCPT", fault: busy },
  busy_at_data: { step: "DATA", fault: busy },
  busy_at_final_dot: { step: "final_dot", fault: busy },
  refusal_at_mail: { step: "MAIL", fault: refusal },
  refusal_at_rcpt: { step: "RCPT", fault: noSuchUser },
  refusal_at_final_dot: { step: "final_dot", fault: refusal },
  reset_at_banner: { step: "banner", fault: reset },
  reset_at_ehlo: { step: "EHLO", fault: reset },
  reset_at_rcpt: { step: "RCPT", fault: reset },
  reset_at_body: { step: "body", fault: reset },
  reset_before_taking: { step: "final_dot", fault: reset },
  reset_after_taking: { step: "final_dot", fault: "reply_then_reset" }
}

/** What the kind that an address begins with asks for. */
const makeByAddress = () => {
  const asked = new Map<string, number>()
  const answerTo = (kind: string, times: number): SinkFault | undefined => {
    if (kind === "refused" || (kind === "mended" && times === 1)) return noSuchUser
    return kind === "deferred" && times <= timesDeferred ? busy : undefined
  }
  return (step: SinkStep, to: string): SinkFault | undefined => {
    const [kind = ""] = to.split("-")
    if (step === "final_dot" && kind === "sluggish") return { late_ms: sluggishAnswer_ms }
    if (step !== "RCPT") return undefined
    const times = (asked.get(to) ?? 0) + 1
    asked.set(to, times)
    return answerTo(kind, times)
  }
}

export interface MailServer {
  readonly sink: SmtpSink
  readonly give: (trouble: ProviderTrouble) => void
  readonly heal: () => void
}

export const mailServer = Effect.gen(function* () {
  const sink = yield* smtpSink()
  const byAddress = makeByAddress()
  let trouble: Trouble | undefined
  sink.onAccepted(answerAfter(usualAnswer_ms))
  sink.onStep((step, to) => (step === trouble?.step ? trouble.fault : byAddress(step, to)))
  return {
    sink,
    give: (name) => {
      trouble = troubles[name]
    },
    heal: () => {
      trouble = undefined
    }
  } satisfies MailServer
})
