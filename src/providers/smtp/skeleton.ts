/**
 * The MIME text of all messages of one structure, composed once by nodemailer, with gaps that are filled for each
 * message: composing costs 0.5 ms, filling 0.03.
 */

import { DateTime } from "effect"
import MailComposer from "nodemailer/lib/mail-composer"

/** What messages of one skeleton share. */
export interface Structure {
  readonly sender: { readonly name: string; readonly address: string }
  /** Empty: none. */
  readonly replyTo: string
  readonly hasHtml: boolean
}

/** What is filled in, ready for the wire: headers encoded, bodies in base64. */
export type Filling = Record<Gap, string>

type Gap = "to" | "subject" | "messageId" | "date" | "text" | "html"

export type Skeleton = (filling: Filling) => string

/** Not ASCII, or the part would become 7bit instead of base64. */
const body = (name: string) => `gap for ${name} \u{1F514}`

const epoch = DateTime.toDateUtc(DateTime.makeUnsafe(0))

/** As they stand in the composed text. Base64 in bodies makes the one boundary safe for every content. */
const gaps: Record<Gap, string> = {
  to: "gap-to@gap.invalid",
  subject: "gap-subject",
  messageId: "gap-message-id@gap.invalid",
  date: epoch.toUTCString().replace("GMT", "+0000"),
  text: Buffer.from(body("text")).toString("base64"),
  html: Buffer.from(body("html")).toString("base64")
}

const isGap = (name: string): name is Gap => name in gaps

const gapNames = Object.keys(gaps).filter(isGap)

/** The text around the gaps, and the gaps in their order. A gap that is not there twice or never is a defect. */
const split = (text: string): Skeleton => {
  const places = gapNames
    .map((gap) => ({ gap, at: text.indexOf(gaps[gap]) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)
  let from = 0
  const pieces = places.map(({ at, gap }) => {
    const before = text.slice(from, at)
    from = at + gaps[gap].length
    return { before, gap }
  })
  const rest = text.slice(from)
  return (filling) => pieces.map(({ before, gap }) => before + filling[gap]).join("") + rest
}

export const composeSkeleton = ({ hasHtml, replyTo, sender }: Structure): Promise<Skeleton> =>
  new MailComposer({
    from: sender,
    to: gaps.to,
    subject: gaps.subject,
    messageId: `<${gaps.messageId}>`,
    date: epoch,
    headers: { "Auto-Submitted": "auto-generated" },
    textEncoding: "base64",
    text: body("text"),
    ...(hasHtml && { html: body("html") }),
    ...(replyTo !== "" && { replyTo })
  })
    .compile()
    .build()
    .then((composed) => split(composed.toString("latin1")))
