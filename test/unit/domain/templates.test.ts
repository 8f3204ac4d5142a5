/** The templates of the repository, as files. */

import { globSync, readFileSync } from "node:fs"
import { basename, dirname } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import { Channel } from "#schemas/Channel.ts"
import { TemplateCode } from "#schemas/Ids.ts"
import { compileTemplate, renderEmail } from "#src/domain/render.ts"
import { unknownVariables } from "#src/domain/template/unknownVariables.ts"

const decode = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({
      template_code: TemplateCode,
      channel: Channel,
      locale: Schema.NonEmptyString,
      description: Schema.NonEmptyString,
      subject: Schema.NonEmptyString,
      from_name: Schema.NullOr(Schema.String),
      from_address: Schema.NullOr(Schema.String),
      reply_to: Schema.NullOr(Schema.String)
    })
  ),
  { onExcessProperty: "error" }
)

const folders = globSync("templates/*/*/template.json").map(dirname)

const read = (folder: string, file: string) => readFileSync(`${folder}/${file}`, "utf8")

const compiled = (folder: string) => {
  const { channel, from_address, from_name, reply_to, subject } = decode(read(folder, "template.json"))
  const content = { subject, html: read(folder, "body.html"), text: read(folder, "body.txt") }
  return Result.getOrThrow(
    compileTemplate({
      channel,
      syntax: "carillon",
      content: { ...content, from_address, from_name, reply_to }
    })
  )
}

const rendered = (folder: string, profile: Readonly<Record<string, unknown>>) =>
  Result.getOrThrow(
    renderEmail(compiled(folder), { data: {}, profile, locale: basename(folder), timezone: "UTC" })
  )

describe("sample templates", () => {
  it("are there, in English and Russian", () => {
    assert.includeMembers(folders, ["templates/welcome_email/en", "templates/welcome_email/ru"])
  })

  it.each(folders)("%s is named by its folder", (folder) => {
    const { locale, template_code } = decode(read(folder, "template.json"))
    assert.strictEqual(`templates/${template_code}/${locale}`, folder)
  })

  it.each(folders)("%s greets by name, in every part", (folder) => {
    const { html, subject, text } = rendered(folder, { first_name: "<Ann>", email: "ann@example.org" })
    for (const part of [subject, text]) assert.include(part, "<Ann>")
    assert.include(html, "&lt;Ann&gt;")
    for (const part of [html, text]) assert.include(part, "ann@example.org")
  })

  it.each(folders)("%s reads well without a name", (folder) => {
    const { html, subject, text } = rendered(folder, {})
    for (const part of [html, subject, text])
      assert.notMatch(part ?? "", /\{\{|\}\}(?!\s*<\/style>)|, ?[!<]|undefined|null/)
    assert.notMatch(text, /\n{3}/)
  })

  it.each(folders)("%s reads nothing but the profile", (folder) => {
    assert.deepStrictEqual(
      unknownVariables(compiled(folder).variables, { properties: {}, additionalProperties: false }),
      []
    )
  })

  it.each(folders)("%s is made for phones and for the dark", (folder) => {
    const html = read(folder, "body.html")
    for (const part of ['name="viewport"', 'name="color-scheme"', "prefers-color-scheme: dark", "max-width"])
      assert.include(html, part)
  })
})
