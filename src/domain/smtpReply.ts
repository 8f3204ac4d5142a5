/** An SMTP server's reply, read by its code (RFC 5321, section 4.2) and never by its words. */

import { Option } from "effect"

export interface SmtpReply {
  /** 200–599. */
  readonly code: number
  /** RFC 3463, e.g. `5.1.1`; none where there is none, or where its class contradicts the code (RFC 2034). */
  readonly enhanced: Option.Option<string>
  /** The words, for people: one line, without codes. */
  readonly text: string
}

/** Code, then the separator, then an enhanced code where there is one. */
const line = /^([2-5]\d\d)(?:[ -]|$)(?:([245]\.\d{1,3}\.\d{1,3})(?= |$) ?)?(.*)$/s

/**
 * Reads a complete reply; its lines are separated by LF or CRLF, and the last one decides. None for what is
 * no reply: no code, a code out of range, a last line that announces more.
 */
export const parseReply = (raw: string): Option.Option<SmtpReply> => {
  const said = raw.trimEnd()
  const last = said.slice(said.lastIndexOf("\n") + 1)
  const [, code = "", enhanced = ""] = line.exec(last) ?? []
  if (code === "" || last.charAt(3) === "-") return Option.none()
  return Option.some({
    code: Number(code),
    enhanced: enhanced.startsWith(code.charAt(0)) ? Option.some(enhanced) : Option.none(),
    text: said
      .split(/\r?\n/)
      .map((each) => line.exec(each)?.[3] ?? each)
      .join(" ")
      .trim()
  })
}
