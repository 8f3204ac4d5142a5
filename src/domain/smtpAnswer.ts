/** What a try to hand a message to an SMTP server came to, judged by where it stopped and by the reply's code. */

import { Option } from "effect"

import { type Attempt, type AttemptResult, type Phase } from "#src/domain/Attempt.ts"
import { type SmtpReply } from "#src/domain/smtpReply.ts"

/**
 * The step that was answered, or under way when no answer came. `connect` lasts from the socket to the login;
 * `final_dot` begins before the dot is written.
 */
export type Stage = "connect" | "mail" | "rcpt" | "data" | "body" | "final_dot"

export interface SmtpAnswer {
  readonly stage: Stage
  /** None: closed, silent for too long, or not SMTP. */
  readonly reply: Option.Option<SmtpReply>
  /** What went wrong on the wire, in words; empty where the reply says it all. */
  readonly trouble: string
}

/**
 * A refused sender is phase `connect`: the recipient had not been named, so it is never a bounce. A refused
 * DATA is `body`.
 */
const phases: Record<Stage, Phase> = {
  connect: "connect",
  mail: "connect",
  rcpt: "rcpt",
  data: "body",
  body: "body",
  final_dot: "final_dot"
}

/** RFC 4954 and 3207: log in, or encrypt, first. Our configuration is wrong, not the message. */
const loginWanted: ReadonlySet<number> = new Set([530, 534, 535, 538])

const resultOf = (stage: Stage, code: number): AttemptResult => {
  if (code >= 500) return stage === "connect" || loginWanted.has(code) ? "transient" : "permanent"
  if (code >= 400) return "transient"
  // A yes, or a word that fits nowhere: it settles nothing here.
  return stage === "final_dot" ? "unknown" : "transient"
}

export interface Judgement {
  readonly phase: Phase
  readonly result: AttemptResult
}

/**
 * | reply | before the final dot                                    | after it  |
 * | ----- | ------------------------------------------------------- | --------- |
 * | 2xx   | transient: it answers something else                    | sent      |
 * | 4xx   | transient                                               | transient |
 * | 5xx   | permanent; transient at `connect`, or where it wants a login | permanent |
 * | none, other | transient: nothing was handed over                | unknown   |
 */
export const judge = ({ reply, stage }: SmtpAnswer): Judgement => {
  const code = Option.match(reply, { onNone: () => 0, onSome: (said) => said.code })
  if (stage === "final_dot" && code >= 200 && code < 300) return { phase: "accepted", result: "sent" }
  return { phase: phases[stage], result: resultOf(stage, code) }
}

/** A refusal for good that is about the recipient: at RCPT, or by enhanced code 5.1.x (address) or 5.2.x (mailbox). */
export const isBounce = ({
  enhanced_code,
  phase,
  result
}: Pick<Attempt, "enhanced_code" | "phase" | "result">): boolean =>
  result === "permanent" && (phase === "rcpt" || /^5\.[12]\./.test(enhanced_code ?? ""))
