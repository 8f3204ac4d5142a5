/** From an SMTP server's answer to the ledger's record of the try: no address in it, nothing Postgres refuses. */

import { Option } from "effect"

import { type Attempt, type AttemptResult } from "#src/domain/Attempt.ts"
import { judge, type SmtpAnswer } from "#src/domain/smtpAnswer.ts"

/** UTF-16 code units. */
const longestMessage = 1000

/** Whatever stands around an `@`, quotes and source routes included, is taken for an address. */
const address = /[^\s<>()[\],;:]*@[^\s<>()[\],;:]*/g

// oxlint-disable-next-line no-control-regex -- they are what it removes
const control = /[\u0000-\u001f\u007f-\u009f]+/g

/** One line of at most 1000 characters, in which each e-mail address is `[address]`. */
export const withoutAddresses = (text: string): string =>
  text.replace(control, " ").replace(address, "[address]").slice(0, longestMessage).toWellFormed()

/** The reply's words where it settled something, elsewhere what went wrong. */
const messageOf = ({ reply, trouble }: SmtpAnswer, result: AttemptResult): string =>
  Option.match(reply, {
    onNone: () => trouble,
    onSome: ({ code, text }) => (result === "sent" || code >= 400 ? text : `${trouble}: ${text}`)
  })

export type Try = Pick<Attempt, "attempt" | "started_at" | "finished_at">

export const toAttempt = (answer: SmtpAnswer, tried: Try): Attempt => {
  const judgement = judge(answer)
  return {
    attempt: tried.attempt,
    started_at: tried.started_at,
    finished_at: tried.finished_at,
    phase: judgement.phase,
    result: judgement.result,
    provider: "smtp",
    provider_code: Option.getOrNull(Option.map(answer.reply, ({ code }) => code)),
    enhanced_code: Option.getOrNull(Option.flatMap(answer.reply, ({ enhanced }) => enhanced)),
    provider_message: withoutAddresses(messageOf(answer, judgement.result)),
    // SMTP has no field for one: what a server writes into its 250 is prose.
    provider_message_id: Option.getOrNull(Option.none()),
    retry_after_seconds: Option.getOrNull(Option.none())
  }
}
