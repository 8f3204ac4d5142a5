/** What authors may write as a template, in either form. */

import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"

import { EventType } from "#schemas/Ids.ts"
import { type Template } from "#schemas/Template.ts"
import { textsOf } from "#src/domain/templateContent.ts"
import { previewOf } from "#src/domain/templatePreview.ts"
import {
  decideChange,
  decideRemoval,
  readTemplate,
  templateExists,
  unknownTemplate
} from "#src/domain/templates.ts"
import { templateWarnings } from "#src/domain/templateWarnings.ts"

const identity = { template_code: "receipt", channel: "email", locale: "en" }
const body = { ...identity, content: { subject: "Order {{order.id}}", html: "<p>{{first_name}}</p>" } }

const draftOf = (right: unknown) => Result.getOrThrow(readTemplate(right)).draft
const problemsOf = (wrong: unknown) =>
  Result.getOrThrow(Result.flip(readTemplate(wrong))).errors.map(({ message, path }) => `${path}: ${message}`)

const emailContent = {
  subject: "Order {{order.id}}",
  html: "<p>{{first_name}}</p>",
  text: null,
  from_name: null,
  from_address: null,
  reply_to: null
}

describe("readTemplate", () => {
  it("answers every member of the content, null for what was left out", () => {
    assert.deepStrictEqual(draftOf(body), { description: null, syntax: "carillon", content: emailContent })
    assert.deepStrictEqual(draftOf({ ...body, content: { ...body.content, text: "" } }).content, emailContent)
  })

  it("reads the flat body of the original callers as the same template", () => {
    const flat = { ...identity, subject: body.content.subject, body: body.content.html }
    assert.deepStrictEqual(readTemplate(flat), readTemplate(body))
  })

  it("refuses a sender or a reply address that is written out and is none", () => {
    const wrong = { ...body.content, from_address: "nope", reply_to: "a b c" }
    assert.deepStrictEqual(problemsOf({ ...body, content: wrong }), [
      "content.from_address: expected an e-mail address like no-reply@shop.example",
      "content.reply_to: expected an e-mail address like no-reply@shop.example"
    ])
    const right = { ...body.content, from_address: "shop@example.org", reply_to: "{{reply}}" }
    assert.include(draftOf({ ...body, content: right }).content, { from_address: "shop@example.org" })
  })

  it("reads locale and channel in any case", () => {
    const read = Result.getOrThrow(readTemplate({ ...body, channel: "EMAIL", locale: "DE-at" })).identity
    assert.deepStrictEqual([read.channel, read.locale], ["email", "de-AT"])
  })

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["sms", { body: "hi" }, { body: "hi" }],
    ["whatsapp", { body: "hi" }, { body: "hi", provider_template_id: null }],
    ["push", { subject: "t", body: "hi" }, { title: "t", body: "hi", url: null, icon: null }],
    ["websocket", { body: "hi", subject: null }, { title: "", body: "hi", data: null }],
    ["in_app", { body: "hi" }, { title: "", body: "hi", action_url: null, icon: null }]
  ])("reads a flat body for %s", (channel, members, content) => {
    assert.deepStrictEqual(draftOf({ ...identity, channel, ...members }).content, content)
  })

  it.each<[string, Record<string, unknown>]>([
    ["email", { subject: "s", text: "t" }],
    ["sms", { body: "b" }],
    ["whatsapp", { provider_template_id: "p" }],
    ["push", { title: "t", body: "b", url: "https://example.org/{{id}}", icon: "i" }],
    ["ws", { title: "t", body: "b", data: { items: ["{{id}}", 1], on: true } }],
    ["in_app", { title: "t", body: "b", action_url: "/x", icon: null }],
    [
      "webhook",
      { url: "https://example.org", method: "POST", headers: { a: "{{b}}" }, payload_template: "{}" }
    ]
  ])("reads the content of %s", (channel, content) => {
    assert.deepInclude(draftOf({ ...identity, channel, content }).content, content)
  })

  it.each<[string, unknown, ReadonlyArray<string>]>([
    ["nothing", undefined, [": expected an object"]],
    ["no content", identity, ["content: expected an object"]],
    ["a typo", { ...body, contnt: 1 }, ["contnt: expected no member of this name"]],
    [
      "a typo in the content",
      { ...body, content: { ...body.content, htm: "" } },
      ["content.htm: expected no member of this name"]
    ],
    ["both forms at once", { ...body, body: "x" }, ["body: expected no member of this name"]],
    ["neither HTML nor text", { ...body, content: { subject: "s" } }, ["content: expected html or text"]],
    ["a flat e-mail without a subject", { ...identity, body: "x" }, ["subject: expected a string"]],
    [
      "a subject where there is none",
      { ...identity, channel: "sms", subject: "s", body: "x" },
      ["subject: expected no member of this name"]
    ],
    ["a flat webhook", { ...identity, channel: "webhook", body: "{}" }, ["content.url: expected a string"]],
    [
      "a long subject",
      { ...identity, subject: "s".repeat(256), body: "x" },
      ["subject: expected at most 255 characters"]
    ],
    [
      "a template of more than 256 KiB",
      { ...identity, subject: "s", body: "x".repeat(262_144) },
      ["content: the template is larger than 256 KiB"]
    ]
  ])("refuses %s", (_, wrong, problems) => {
    assert.deepStrictEqual(problemsOf(wrong), problems)
  })

  it("says where the language is broken, in the caller's own names", () => {
    const html = "<p>\n{{#if a}}"
    const structured = Result.getOrThrow(
      Result.flip(readTemplate({ ...body, content: { subject: "s", html } }))
    )
    const flat = Result.getOrThrow(Result.flip(readTemplate({ ...identity, subject: "s", body: html })))
    assert.deepInclude(structured.errors[0], { path: "content.html", line: 2 })
    assert.deepInclude(flat.errors[0], { path: "body", line: 2, got: "string" })
    assert.strictEqual(flat.code, "invalid_template")
  })
})

const current: Template = {
  ...Result.getOrThrow(readTemplate(body)).identity,
  ...draftOf(body),
  template_id: "tpl_1",
  version: 2,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z"
}

const decided = (by: "put" | "patch", changed: unknown) =>
  Result.map(decideChange(current, { by, body: changed }), Option.getOrNull)

const refusedPaths = (by: "put" | "patch", changed: unknown) =>
  Result.getOrThrow(Result.flip(decided(by, changed))).errors.map(({ path }) => path)

describe("decideChange", () => {
  it("makes no version of what changes nothing", () => {
    assert.deepStrictEqual(decided("put", body), Result.succeed(null))
    assert.deepStrictEqual(decided("put", { content: body.content }), Result.succeed(null))
    assert.deepStrictEqual(decided("patch", {}), Result.succeed(null))
  })

  it("replaces by PUT, merges by PATCH", () => {
    const content = { subject: "s", text: "t" }
    assert.deepInclude(Result.getOrThrow(decided("put", { content })), {
      content: { ...emailContent, html: null, ...content }
    })
    assert.deepInclude(Result.getOrThrow(decided("patch", { content })), {
      content: { ...emailContent, ...content }
    })
    assert.deepInclude(Result.getOrThrow(decided("patch", { description: "d" })), { description: "d" })
    assert.deepInclude(Result.getOrThrow(decided("patch", { subject: "s" })), {
      content: { ...emailContent, subject: "s" }
    })
    assert.deepInclude(Result.getOrThrow(decided("patch", { body: "b" })), {
      content: { ...emailContent, html: "b" }
    })
  })

  it("refuses what is wrong, and to become another template", () => {
    assert.deepStrictEqual(refusedPaths("put", { ...body, locale: "de", channel: "email" }), ["locale"])
    assert.deepStrictEqual(refusedPaths("put", "x"), [""])
    assert.deepStrictEqual(refusedPaths("patch", { locale: "de" }), ["locale"])
    assert.deepStrictEqual(refusedPaths("patch", { body: "{{" }), ["body"])
    assert.deepStrictEqual(refusedPaths("patch", { content: { html: null } }), ["content"])
  })

  it("changes only the version that was read", () => {
    const stale = Result.getOrThrow(Result.flip(decideChange(current, { by: "put", body, ifMatch: `"1"` })))
    assert.strictEqual(stale.reason, "stale")
    assert.isTrue(Result.isSuccess(decideRemoval(current, `"2"`)))
    assert.isTrue(Result.isFailure(decideRemoval(current, `"1"`)))
  })
})

describe("templateExists", () => {
  it("names the template that is in the way", () => {
    assert.deepStrictEqual(templateExists(current, "tpl_1").extra, { template_id: "tpl_1" })
    assert.include(unknownTemplate("tpl_1").message, "tpl_1")
  })
})

describe("templateWarnings", () => {
  it("tells where in HTML a value could leave its place", () => {
    const html = "<p>\n<a href={{url}}>{{name}}</a>"
    assert.deepStrictEqual(templateWarnings({ ...draftOf(body), channel: "email", content: { html } }, []), [
      {
        path: "content.html",
        message:
          "line 2, column 9: {{url}} stands in an attribute without quotes: a value can change what follows it"
      }
    ])
  })

  const event_type = EventType.make("order_paid")

  it("tells the variables that a type's payload does not have", () => {
    const payload_schema = {
      type: "object",
      properties: { order: { type: "object", properties: { nr: {} } } }
    }
    assert.deepStrictEqual(templateWarnings(current, [{ event_type, payload_schema }]), [
      { path: "content.subject", message: "order.id is in no payload of order_paid: it will be empty" }
    ])
    assert.deepStrictEqual(templateWarnings(current, []), [])
  })

  it("says nothing about a type whose payload is unknown, or a text that cannot be read", () => {
    assert.deepStrictEqual(templateWarnings(current, [{ event_type, payload_schema: null }]), [])
    const broken = { ...current, content: { subject: "{{" } }
    assert.deepStrictEqual(templateWarnings(broken, [{ event_type, payload_schema: {} }]), [])
  })
})

describe("textsOf", () => {
  it("finds every text but those of the contract", () => {
    const content = {
      url: "u",
      method: "POST",
      headers: { a: "b" },
      data: { list: ["x", 1, null] },
      provider_template_id: "p"
    }
    assert.deepStrictEqual(textsOf(content), { url: "u", "headers.a": "b", "data.list.0": "x" })
  })
})

describe("previewOf", () => {
  it("fills the template in, and names what is empty", () => {
    const preview = Result.getOrThrow(previewOf(current, { data: { order: { id: 7 } }, profile: {} }))
    assert.deepInclude(preview, { template_id: "tpl_1", version: 2, locale: "en", missing: ["first_name"] })
    assert.deepInclude(preview.rendered, { subject: "Order 7", html: "<p></p>" })
  })

  it("prefers the data to the profile, and speaks the locale that is asked for", () => {
    const content = { subject: "{{first_name}} {{n | number}}", html: "" }
    const asked = { data: { n: 1234.5 }, profile: { first_name: "Ada", timezone: null }, locale: "de" }
    const preview = Result.getOrThrow(previewOf({ ...current, content }, asked))
    assert.deepStrictEqual(
      [preview.rendered["subject"], preview.locale, preview.missing],
      ["Ada 1.234,5", "de", []]
    )
  })

  it("refuses a text that cannot be read, and data that makes it too long", () => {
    const broken = previewOf({ ...current, content: { subject: "{{" } }, { profile: {} })
    assert.isTrue(Result.isFailure(broken))
    const content = { html: "{{#each a}}{{#each this}}x{{/each}}{{/each}}" }
    const a = Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => 1))
    const long = Result.getOrThrow(
      Result.flip(previewOf({ ...current, content }, { data: { a }, profile: {} }))
    )
    assert.strictEqual(long.errors[0]?.path, "content.html")
  })
})
