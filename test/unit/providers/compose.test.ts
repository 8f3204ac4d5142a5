import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result } from "effect"
import PostalMime from "postal-mime"

import { makeCompose } from "#src/providers/smtp/compose.ts"
import { sampleEmail } from "#test/support/smtpMail.ts"

const sender = { name: "Carillon", address: "no-reply@example.org" }
const compose = makeCompose(sender, Option.none())
const noon_ms = Date.parse("2026-11-21T12:00:00.000Z")

const composed = (...sample: Parameters<typeof sampleEmail>) =>
  Effect.map(
    Effect.promise(() => compose(sampleEmail(...sample), noon_ms)),
    Result.getOrThrow
  )

const parsed = (...sample: Parameters<typeof sampleEmail>) =>
  Effect.flatMap(composed(...sample), ({ content }) => Effect.promise(() => PostalMime.parse(content)))

describe("compose", () => {
  it.effect("fills in what is the message's own", () =>
    Effect.gen(function* () {
      const email = sampleEmail(1)
      const { content, from, to } = yield* composed(1)
      assert.deepStrictEqual([from, to], ["no-reply@example.org", "reader-1@example.com"])

      const { date, from: author, headers, html, messageId, subject, text, to: readers } = yield* parsed(1)
      assert.strictEqual(messageId, `<${email.jobId}@example.org>`)
      assert.strictEqual(date, "2026-11-21T12:00:00.000Z")
      assert.strictEqual(subject, email.content.subject)
      assert.deepStrictEqual(author, { name: "Carillon", address: "no-reply@example.org" })
      assert.deepStrictEqual(readers, [{ name: "", address: "reader-1@example.com" }])
      assert.strictEqual(html?.trim(), email.content.html)
      assert.strictEqual(text?.trim(), email.content.text)
      assert.strictEqual(headers.find(({ key }) => key === "auto-submitted")?.value, "auto-generated")
      assert.strictEqual(headers.find(({ key }) => key === "mime-version")?.value, "1.0")
      assert.notInclude(content.toString("latin1"), "gap")
    })
  )

  it.effect("is 7-bit, with no line over 76 characters and none that begins with a dot", () =>
    Effect.gen(function* () {
      const { content } = yield* composed(2, {
        subject: "Приветствуем вас в нашем магазине, дорогая Ада",
        html: `<p>${".\r\n".repeat(100)}${"Ж".repeat(3000)}</p>`,
        fromName: "Магазин у дома, книги и чай для всех"
      })
      for (const line of content.toString("latin1").split("\r\n")) assert.match(line, /^(?!\.)[ -~]{0,76}$/)
    })
  )

  it.effect("sends text alone as one part, its lines ended by CRLF", () =>
    Effect.gen(function* () {
      const bare = { html: null, text: "только текст\nв две строки" }
      const { content } = yield* composed(3, bare)
      const { html, text } = yield* parsed(3, bare)
      assert.strictEqual(html, undefined)
      assert.strictEqual(text?.trimEnd(), "только текст\r\nв две строки")
      assert.notInclude(content.toString("latin1"), "multipart")
    })
  )

  it.effect("takes sender and Reply-To of the message, and its domain for the Message-ID", () =>
    Effect.gen(function* () {
      const { from, messageId, replyTo } = yield* parsed(4, {
        fromName: "Ёлка, «Shop»",
        fromAddress: "shop@shop.example",
        replyTo: "help@shop.example"
      })
      assert.deepStrictEqual(from, { name: "Ёлка, «Shop»", address: "shop@shop.example" })
      assert.deepStrictEqual(replyTo, [{ name: "", address: "help@shop.example" }])
      assert.match(messageId ?? "", /@shop\.example>$/)
    })
  )

  it.effect("lets no value add a header", () =>
    Effect.gen(function* () {
      const evil = "x\r\nBcc: eve@example.com\r\n\r\nbody"
      const { bcc, headers } = yield* parsed(5, {
        subject: evil,
        fromName: evil,
        replyTo: `${evil} <a@b.example>`
      })
      assert.strictEqual(bcc, undefined)
      assert.strictEqual(headers.filter(({ key }) => key === "bcc").length, 0)
    })
  )

  it.effect("keeps what looks like a gap in the content of others", () =>
    Effect.gen(function* () {
      const { subject, text } = yield* parsed(6, { subject: "gap-to@gap.invalid", text: "gap for html" })
      assert.strictEqual(subject, "gap-to@gap.invalid")
      assert.strictEqual(text?.trim(), "gap for html")
    })
  )

  it.effect.each([
    { wrong: { address: "ada@example.com\r\nDATA" }, stage: "rcpt" },
    { wrong: { content: { ...sampleEmail(7).content, fromAddress: "not an address" } }, stage: "mail" }
  ])("refuses an address that is none, at $stage", ({ stage, wrong }) =>
    Effect.gen(function* () {
      const refused = yield* Effect.promise(() => compose({ ...sampleEmail(7), ...wrong }, noon_ms))
      assert.isTrue(Result.isFailure(refused) && refused.failure.stage === stage)
    })
  )
})
