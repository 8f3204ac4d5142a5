import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import { compileTemplate, renderEmail, type TemplateSource } from "#src/domain/render.ts"

const email = (content: TemplateSource["content"], data: Readonly<Record<string, unknown>>) => {
  const template = Result.getOrThrow(compileTemplate({ channel: "email", syntax: "carillon", content }))
  return Result.getOrThrow(renderEmail(template, { data, profile: {}, locale: "en", timezone: "UTC" }))
}

const hostile = `<a href="x" title='y'>&\r\n\0`

const Source = Schema.Array(
  Schema.Literals([
    "{{",
    "}}",
    "{",
    "}",
    "{{a}}",
    "{{#if a}}",
    "{{else}}",
    "{{/if}}",
    "{{#each a.b}}",
    "{{this.a}}",
    "{{/each}}",
    "#if ",
    "a",
    ".b",
    " | ",
    "upper",
    "date: ",
    "'medium'",
    "'",
    "\\",
    " == ",
    "not ",
    "(",
    ")",
    "@index",
    "\r\n",
    "\n",
    "<p>",
    "</p>",
    "<a href=",
    '"',
    "é😀",
    "\uFDD00\uFDD1"
  ])
)

/** Whole tags only, so that most texts compile. */
const Fragments = Schema.Array(
  Schema.Literals([
    "{{a}}",
    "{{a.b | default: 'x' | upper}}",
    "{{b | date}}{{b | date: 'HH:mm'}}",
    "{{a | number: 2}}{{a | truncate: 3}}{{b | raw_link}}{{b | capitalize}}",
    "{{#each a}}{{this}}{{this.b}}{{@index}}{{/each}}",
    "{{#each a.b}}{{#if this.a < 3}}{{a}}{{else}}{{this.b.a}}{{/if}}{{/each}}",
    "{{#if a == b or not (a.b > 'x' and b)}}{{b}}{{/if}}",
    "{{__proto__.a}}{{constructor}}{{toString}}",
    "<p>",
    "\n"
  ])
)

const Data = Schema.Record(Schema.Literals(["a", "b"]), Schema.Json)

describe("rendering, whatever the text and the data", () => {
  it.prop(
    "any text compiles, or is refused at places within it",
    [Source, Schema.Literals(["carillon", "format"])],
    ([pieces, syntax]) => {
      const html = pieces.join("")
      const result = compileTemplate({ channel: "email", syntax, content: { html } })
      if (Result.isSuccess(result)) return
      const lines = html.split(/\r\n|\r|\n/)
      assert.isNotEmpty(result.failure)
      for (const { column, line } of result.failure) {
        assert.isTrue(line >= 1 && line <= lines.length)
        assert.isTrue(column >= 1 && column <= (lines[line - 1] ?? "").length + 1)
      }
    },
    { arbitrary: { runs: 2000 } }
  )

  it.prop(
    "what compiles renders with any data, and its headers are one line",
    [Fragments, Data],
    ([pieces, data]) => {
      const text = pieces.join("")
      const { fromName, html, replyTo, subject } = email(
        { subject: text, html: text, from_name: text, reply_to: text },
        data
      )
      // oxlint-disable-next-line no-control-regex -- it is what must not be there
      for (const header of [subject, fromName, replyTo]) assert.notMatch(header ?? "", /[\r\n\0]/)
      assert.notMatch(html ?? "", /[<>"'](?!p>)(?<!<p>)/)
    },
    { arbitrary: { runs: 1000 } }
  )

  it.prop("a value brings nothing of HTML's syntax into HTML", [Schema.String], ([value]) => {
    const { html } = email(
      { html: "{{v}}{{v | upper}}{{#each l}}{{this.v}}{{/each}}" },
      {
        v: value + hostile,
        l: [{ v: hostile + value }]
      }
    )
    assert.notMatch(html ?? "", /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/)
  })
})
