/** From a row, a contact and a template to an e-mail, or to why it never can be one. */

import { createHash } from "node:crypto"

import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type ChosenTemplate, composeEmail, localeOf } from "#src/domain/compose.ts"
import { type Contact } from "#src/domain/contact.ts"
import { compileTemplate } from "#src/domain/render.ts"
import { profileWith } from "#test/support/addressees.ts"
import { sampleRow } from "#test/support/jobs.ts"

const templateOf = (html: string): ChosenTemplate => ({
  version: 3,
  locale: "de",
  compiled: Result.getOrThrow(
    compileTemplate({
      channel: "email",
      content: { subject: "Hallo {{first_name}}", html },
      syntax: "carillon"
    })
  )
})

const template = templateOf("<p>{{user_id}} {{note}}</p>")

const contact = (overrides: Partial<Contact> = {}): Contact => ({
  address: "Ada@Example.com",
  source: "profile",
  profile: profileWith("Ada@Example.com", { first_name: "Ada", locale: "de" }),
  ...overrides
})

const composed = (
  row: Partial<MessageRow> = {},
  known: Contact = contact(),
  chosen: ChosenTemplate | null = template
) => composeEmail(sampleRow(row), known, chosen)

const refusal = (...args: Parameters<typeof composed>) => Result.getOrThrow(Result.flip(composed(...args)))

describe("composeEmail", () => {
  it("renders with the profile's and the job's data", () => {
    const email = Result.getOrThrow(composed({ data: { note: "<b>" } }))
    assert.deepInclude(email, { address: "Ada@Example.com", template_version: 3, locale: "de" })
    assert.strictEqual(email.content.subject, "Hallo Ada")
    assert.strictEqual(email.content.html, "<p>user-1 &lt;b&gt;</p>")
  })

  it("hashes channel and address in small letters, as suppressions are kept", () => {
    const hash = createHash("sha256").update("email\0ada@example.com").digest("hex")
    assert.strictEqual(Result.getOrThrow(composed()).address_hash, hash)
  })

  it("has a contact whom no profile describes", () => {
    const guest = contact({ profile: null, source: "event" })
    assert.strictEqual(Result.getOrThrow(composed({}, guest)).content.subject, "Hallo ")
  })

  it("needs an address", () => {
    const { detail, reason } = refusal({}, contact({ address: null, source: "auth" }))
    assert.strictEqual(reason, "no_contact")
    assert.match(detail, /asked: auth/)
  })

  it("needs one that mail can be sent to, and does not repeat it", () => {
    const { detail, reason } = refusal({}, contact({ address: "ada at example" }))
    assert.strictEqual(reason, "no_contact")
    assert.notInclude(detail, "ada at")
  })

  it("needs a template", () => {
    const { detail, reason } = refusal({ locale: "fr" }, contact(), null)
    assert.strictEqual(reason, "no_template")
    assert.match(detail, /welcome_email for email in fr/)
  })

  it("says where a template fails", () => {
    const endless = templateOf(`{{#each a}}${"x".repeat(1000)}{{/each}}`)
    const { reason } = refusal({ data: { a: Array.from({ length: 100_000 }, () => 1) } }, contact(), endless)
    assert.strictEqual(reason, "render_failed")
  })
})

describe("composeEmail: a direct notification", () => {
  const direct = { template_code: "direct", data: { subject: "Hi\r\nBcc: x", content: "{{plain}}" } }

  it("needs no template, and fills nothing in", () => {
    const email = Result.getOrThrow(composed(direct, contact(), null))
    assert.deepInclude(email, { template_version: null, locale: "de" })
    assert.deepInclude(email.content, { subject: "Hi Bcc: x", text: "{{plain}}", html: null })
  })

  // What the Auth service answers may be longer than the ledger's column.
  it("goes without a locale that is none", () => {
    const odd = contact({ profile: profileWith("ada@example.com", { locale: "x".repeat(100) }) })
    assert.strictEqual(Result.getOrThrow(composed(direct, odd, null)).locale, "en")
  })
})

describe("localeOf", () => {
  it.each<[string | null, string | null, string]>([
    ["fr", "de", "fr"],
    [null, "de", "de"],
    [null, "pt_BR", "pt-BR"],
    [null, null, "en"],
    [null, "no locale", "en"]
  ])("asked for %s, the person's %s: %s", (asked, own, locale) => {
    const known = contact({ profile: profileWith(null, { locale: own }) })
    assert.strictEqual(localeOf(sampleRow({ locale: asked }), known), locale)
  })

  it("is the default where no one knows the person", () => {
    assert.strictEqual(localeOf(sampleRow(), contact({ profile: null })), "en")
  })
})
