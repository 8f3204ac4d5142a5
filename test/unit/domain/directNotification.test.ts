/** A message whose sender brings the content itself. */

import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import { directContent, directDefinition } from "#src/domain/directNotification.ts"
import { compilePayloadSchema } from "#src/domain/payloadSchema.ts"
import { plan } from "#src/domain/plan.ts"
import { checked } from "#test/support/events.ts"

const check = Result.getOrThrow(compilePayloadSchema(directDefinition.payload_schema ?? {}))

describe("directContent", () => {
  it("is what was given", () => {
    assert.deepStrictEqual(
      directContent({ subject: "Hi", content: "text {{x}}", html_content: "<p>html</p>" }),
      {
        subject: "Hi",
        html: "<p>html</p>",
        text: "text {{x}}",
        fromName: null,
        fromAddress: null,
        replyTo: null
      }
    )
  })

  it("makes the text of the html where there is none", () => {
    assert.strictEqual(directContent({ html_content: "<p>Hello</p>" }).text.trim(), "Hello")
  })

  it("is plain text alone where there is no html", () => {
    assert.deepInclude(directContent({ content: "Hello" }), { html: null, text: "Hello", subject: "" })
  })

  it("is empty of nothing", () => {
    assert.deepInclude(directContent({ content: "", html_content: 7 }), { html: null, text: "" })
  })

  it("keeps the subject on one line", () => {
    assert.strictEqual(directContent({ subject: "a\r\n\0b\nc" }).subject, "a b c")
  })
})

describe("directDefinition", () => {
  it.each<Readonly<Record<string, unknown>>>([
    { user_id: "u", content: "x" },
    { user_id: "u", html_content: "x", content: null, subject: null, recipient_email: null }
  ])("takes %j", (payload) => {
    assert.deepStrictEqual(check(payload), [])
  })

  it.each<Readonly<Record<string, unknown>>>([
    { content: "x" },
    { user_id: "u" },
    { user_id: "u", content: null },
    { user_id: "u", content: "x", subject: "s".repeat(999) }
  ])("refuses %j", (payload) => {
    assert.isNotEmpty(check(payload))
  })

  it("leads to one e-mail to the address that was given", () => {
    const event = checked({ payload: { user_id: "u", recipient_email: "ada@example.com", content: "x" } })
    const [job] = Result.getOrThrow(plan(event, directDefinition))
    assert.deepInclude(job, { channel: "email", address: "ada@example.com", template_code: "direct" })
  })
})
