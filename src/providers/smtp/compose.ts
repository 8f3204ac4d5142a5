/** From a rendered e-mail to the bytes that go over the wire. */

import { DateTime, Option, Result } from "effect"

import { type DkimKey } from "#src/config/DkimConfig.ts"
import { type Sender } from "#src/config/SmtpConfig.ts"
import { parseAddress } from "#src/domain/address.ts"
import { type SmtpAnswer, type Stage } from "#src/domain/smtpAnswer.ts"
import { encodeHeader, toOneLine } from "#src/domain/smtpHeader.ts"
import { parseReply } from "#src/domain/smtpReply.ts"
import { type OutgoingEmail } from "#src/providers/EmailProvider.ts"
import { signMessage } from "#src/providers/smtp/dkim.ts"
import { type Mail } from "#src/providers/smtp/Session.ts"
import { composeSkeleton, type Skeleton, type Structure } from "#src/providers/smtp/skeleton.ts"

/** A few a template version. Beyond it all are made anew: cheaper than remembering which is oldest. */
const skeletonsKept = 500

/** Base64 in lines of 76 (RFC 2045), with the line ends that text has in MIME. */
const encodeBody = (text: string): string => {
  const base64 = Buffer.from(text.replaceAll(/\r\n?|\n/g, "\r\n")).toString("base64")
  let lines = base64.slice(0, 76)
  // Three times as fast as a regular expression.
  for (let at = 76; at < base64.length; at += 76) lines += `\r\n${base64.slice(at, at + 76)}`
  return lines
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1)

const structureOf = ({ content }: OutgoingEmail, sender: Sender): Structure => ({
  sender: {
    name: toOneLine(content.fromName ?? (content.fromAddress === null ? sender.name : "")),
    address: content.fromAddress ?? sender.address
  },
  replyTo: toOneLine(content.replyTo ?? ""),
  hasHtml: content.html !== null
})

/** Skeletons by structure; two that are asked for at once are composed once. */
const makeSkeletons = () => {
  const made = new Map<string, Promise<Skeleton>>()
  return (structure: Structure): Promise<Skeleton> => {
    const { hasHtml, replyTo, sender } = structure
    const key = [hasHtml, replyTo, sender.name, sender.address].join("\n")
    const known = made.get(key)
    if (known !== undefined) return known
    if (made.size >= skeletonsKept) made.clear()
    const skeleton = composeSkeleton(structure)
    made.set(key, skeleton)
    return skeleton
  }
}

/** Said on the server's behalf, in its codes: it would refuse the address, and need not see it for that. */
const refuse = (stage: Stage, reply: string): Result.Result<never, SmtpAnswer> =>
  Result.fail({ stage, reply: parseReply(reply), trouble: "" })

const envelopeOf = (to: string, from: string): Result.Result<Omit<Mail, "content">, SmtpAnswer> => {
  const recipient = parseAddress(to)
  if (Result.isFailure(recipient)) return refuse("rcpt", `553 5.1.3 no address: ${recipient.failure}`)
  const author = parseAddress(from)
  if (Result.isFailure(author)) return refuse("mail", `553 the sender is no address: ${author.failure}`)
  return Result.succeed({ from: author.success, to: recipient.success })
}

/** A function that composes, and signs where there is a key; it refuses a message whose addresses are none. */
export const makeCompose = (sender: Sender, dkim: Option.Option<DkimKey>) => {
  const skeletons = makeSkeletons()
  const signed = (text: string) =>
    Option.isNone(dkim) ? Promise.resolve(text) : signMessage(dkim.value, text)

  return (message: OutgoingEmail, at_ms: number): Promise<Result.Result<Mail, SmtpAnswer>> => {
    const { content, jobId } = message
    const structure = structureOf(message, sender)
    const envelope = envelopeOf(message.address, structure.sender.address)
    if (Result.isFailure(envelope)) return Promise.resolve(Result.fail(envelope.failure))
    const { from, to } = envelope.success
    const filling = {
      to,
      subject: encodeHeader(content.subject, "Subject: ".length),
      messageId: `${jobId}@${domainOf(from)}`,
      date: DateTime.toDateUtc(DateTime.makeUnsafe(at_ms)).toUTCString().replace("GMT", "+0000"),
      text: encodeBody(content.text),
      html: encodeBody(content.html ?? "")
    }
    return skeletons(structure)
      .then((fill) => signed(fill(filling)))
      .then((text) => Result.succeed({ from, to, content: Buffer.from(text, "latin1") }))
  }
}
