/** An e-mail with nothing left to fill in: what rendering makes and the provider sends. */

export interface RenderedEmail {
  /** One line: no CR, LF or NUL. */
  readonly subject: string
  /** Null for a message of plain text alone. */
  readonly html: string | null
  readonly text: string
  /** One line; null: the sender of `MAIL_FROM`. */
  readonly fromName: string | null
  readonly fromAddress: string | null
  readonly replyTo: string | null
}
