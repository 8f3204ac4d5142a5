/** A raw mail as its reader wants it, in the names of Mailpit's API. */

import { Effect } from "effect"
import PostalMime, { type Address } from "postal-mime"

export interface Mailbox {
  readonly Name: string
  readonly Address: string
}

export interface Mail {
  /** Without angle brackets. */
  readonly MessageID: string
  readonly From: Mailbox
  readonly To: ReadonlyArray<Mailbox>
  readonly Cc: ReadonlyArray<Mailbox>
  readonly Bcc: ReadonlyArray<Mailbox>
  readonly ReplyTo: ReadonlyArray<Mailbox>
  readonly ReturnPath: string
  readonly Subject: string
  /** As the header says; empty where there is none. */
  readonly Date: string
  readonly Text: string
  readonly HTML: string
  /** Of the raw mail, in bytes. */
  readonly Size: number
  readonly Attachments: ReadonlyArray<{
    readonly FileName: string
    readonly ContentType: string
    readonly Size: number
  }>
  /** The beginning of the text. */
  readonly Snippet: string
  /** Every header with all its values, in the order of the mail. */
  readonly Headers: Readonly<Record<string, ReadonlyArray<string>>>
}

const SNIPPET_CHARACTERS = 250

/** A group counts as its members. */
const mailboxes = (addresses: ReadonlyArray<Address> = []): ReadonlyArray<Mailbox> =>
  addresses.flatMap((one) =>
    one.group === undefined ? [{ Name: one.name, Address: one.address }] : mailboxes(one.group)
  )

const bare = (id: string | undefined) => (id ?? "").replace(/^<|>$/g, "")

const sizeOf = (content: ArrayBuffer | Uint8Array | string) =>
  typeof content === "string" ? content.length : content.byteLength

/** Header names as mail programs write them: `message-id` is `Message-Id`. */
const named = (key: string) => key.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())

const headersOf = (headers: ReadonlyArray<{ readonly key: string; readonly value: string }>) =>
  Object.fromEntries(
    [...Map.groupBy(headers, ({ key }) => named(key))].map(([name, same]) => [
      name,
      same.map(({ value }) => value)
    ])
  )

const unnamed: Mailbox = { Name: "", Address: "" }

/** Never fails: what is no mail at all has empty members. */
export const readMail = (raw: Uint8Array) =>
  Effect.map(
    Effect.promise(() => PostalMime.parse(raw)),
    (email): Mail => ({
      MessageID: bare(email.messageId),
      From: mailboxes(email.from && [email.from])[0] ?? unnamed,
      To: mailboxes(email.to),
      Cc: mailboxes(email.cc),
      Bcc: mailboxes(email.bcc),
      ReplyTo: mailboxes(email.replyTo),
      ReturnPath: bare(email.returnPath),
      Subject: email.subject ?? "",
      Date: email.date ?? "",
      Text: email.text ?? "",
      HTML: email.html ?? "",
      Size: raw.byteLength,
      Attachments: email.attachments.map(({ filename, mimeType, content }) => ({
        FileName: filename ?? "",
        ContentType: mimeType,
        Size: sizeOf(content)
      })),
      Snippet: (email.text ?? "").replaceAll(/\s+/g, " ").trim().slice(0, SNIPPET_CHARACTERS),
      Headers: headersOf(email.headers)
    })
  )
