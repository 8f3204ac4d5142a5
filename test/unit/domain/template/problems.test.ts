import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import { compileTemplate, type TemplateSource } from "#src/domain/render.ts"

const problemsOf = (
  content: TemplateSource["content"],
  overrides: Partial<TemplateSource> = {}
): ReadonlyArray<string> => {
  const compiled = compileTemplate({ channel: "email", syntax: "carillon", content, ...overrides })
  return Result.isSuccess(compiled)
    ? []
    : compiled.failure.map(({ column, field, line, message }) => `${field} ${line}:${column} ${message}`)
}

const first = (text: string, overrides: Partial<TemplateSource> = {}) =>
  problemsOf({ text }, overrides)[0]?.replace("text ", "")

describe("what is refused, and where", () => {
  it.each([
    ["{{}}", "1:3 unexpected }}: expected a path such as first_name"],
    ["Hi {{name", "1:10 the text ends here: expected }}"],
    ["Hi {{", "1:6 the text ends here: expected a path such as first_name"],
    ["a\nb {{ 1 + 1 }}", "2:6 unexpected 1: expected a path such as first_name"],
    ["a\r\n{{a + b}}", "2:5 unexpected +: expected }}"],
    ["{{a()}}", "1:4 unexpected (: expected }}"],
    ["{{a[0]}}", "1:4 unexpected [: expected }}"],
    ["{{a ? b : c}}", "1:5 unexpected ?: expected }}"],
    ["{{{a}}}", "1:3 unexpected {: expected a path such as first_name"],
    ["{{> header}}", "1:3 unexpected >: expected a path such as first_name"],
    ["{{= it.a }}", "1:3 unexpected =: expected a path such as first_name"],
    ["{{! note }}", "1:3 unexpected !: expected a path such as first_name"],
    ["{{'a'}}", "1:3 unexpected 'a': expected a path such as first_name"],
    ["{{a.}}", "1:4 unexpected .: expected }}"],
    ["{{a..b}}", "1:4 unexpected .: expected }}"],
    ["{{`a`}}", "1:3 unexpected `: expected a path such as first_name"],
    ["{{a = 1}}", "1:5 unexpected =: expected }}"],
    ["{{and}}", "1:3 unexpected and: expected a path such as first_name"],
    ["{{@key}}", "1:3 unexpected @key: only @index begins with @"],
    [`{{a${".a".repeat(64)}}}`, "1:3 a path of more than 64 segments"],
    [
      "{{a | shout}}",
      "1:7 there is no filter shout: there are upper, lower, capitalize, default, date, number, truncate, raw_link"
    ],
    [
      "{{a | constructor}}",
      "1:7 there is no filter constructor: there are upper, lower, capitalize, default, date, number, truncate, raw_link"
    ],
    ["{{a | }}", "1:7 unexpected }}: expected a filter"],
    ["{{a | upper: 'x'}}", "1:14 the filter upper takes no argument"],
    [
      "{{a | default}}",
      "1:7 the filter default needs the text to write where there is none: default: 'text'"
    ],
    ["{{a | default: b}}", "1:16 unexpected b: expected a literal such as 'text' or 12"],
    ['{{a | default: "b"}}', "1:16 unexpected \": expected a literal such as 'text' or 12"],
    ["{{a | default: 'b}}", "1:16 unexpected ': expected a literal such as 'text' or 12"],
    ["{{a | truncate: 0}}", "1:17 the filter truncate needs a length of 1 to 10000 characters: truncate: 80"],
    ["{{a | truncate}}", "1:7 the filter truncate needs a length of 1 to 10000 characters: truncate: 80"],
    [
      "{{a | number: 'XXXX'}}",
      "1:15 the filter number takes the digits after the point (0 to 20), 'percent', or a currency such as 'EUR'"
    ],
    [
      "{{a | date: 'MMMM'}}",
      "1:13 the filter date takes 'short', 'medium', 'long', 'full', 'iso', or a pattern of yyyy, MM, M, dd, d, HH, H, mm, ss and signs"
    ],
    ["{{#unless a}}", "1:3 unexpected #unless: expected #if, #each, /if or /each"],
    ["{{#if a}}x", "1:1 {{#if}} is never closed"],
    ["{{#if}}x{{/if}}", "1:6 unexpected }}: expected a path such as first_name"],
    ["{{#if a b}}x{{/if}}", "1:9 unexpected b: expected }}"],
    ["{{#if 'a'}}x{{/if}}", "1:10 unexpected }}: expected a comparison: ==, !=, < or >"],
    ["{{#if a === 1}}x{{/if}}", "1:11 unexpected =: expected a path such as first_name"],
    ["{{#if a <= 1}}x{{/if}}", "1:10 unexpected =: expected a path such as first_name"],
    ["{{#if (a}}x{{/if}}", "1:9 unexpected }}: expected )"],
    ["{{#if a | upper}}x{{/if}}", "1:9 unexpected |: expected }}"],
    [`{{#if ${"not ".repeat(33)}a}}x{{/if}}`, "1:139 a condition nested more than 32 deep"],
    [`{{#if ${"(".repeat(40)}`, "1:40 a condition nested more than 32 deep"],
    ["{{else}}", "1:1 {{else}} outside of {{#if}}"],
    ["{{#each a}}{{else}}{{/each}}", "1:12 {{else}} outside of {{#if}}"],
    ["{{#if a}}{{else}}{{else}}{{/if}}", "1:18 a second {{else}} in one {{#if}}"],
    ["{{#if a}}{{else if b}}{{/if}}", "1:17 unexpected if: expected }}"],
    ["{{/if}}", "1:1 {{/if}} without {{#if}}"],
    [
      "{{#if a}}{{#each b}}{{/if}}{{/each}}",
      "1:21 {{/if}} where {{#each}} is still open: expected {{/each}}"
    ],
    ["{{#each a}}{{/each}}{{this.b}}", "1:23 this and @index mean something within {{#each}} only"],
    ["{{#if @index > 1}}{{/if}}", "1:7 this and @index mean something within {{#each}} only"],
    ["{{#each this}}{{/each}}", "1:9 this and @index mean something within {{#each}} only"],
    [`${"{{#if a}}".repeat(33)}${"{{/if}}".repeat(33)}`, "1:289 blocks nested more than 32 deep"]
  ])("%s", (text, problem) => {
    assert.strictEqual(first(text), problem)
  })

  it.each(["", "-", "MMM", "ddd", "YYYY", "yyyy-MM-ddThh"])("refuses the date pattern '%s'", (pattern) => {
    assert.include(first(`{{a | date: '${pattern}'}}`), "1:13 the filter date takes")
  })

  it("is not brought down by depth", () => {
    assert.lengthOf(problemsOf({ text: `{{#if ${"(".repeat(99_999)}` }), 1)
    assert.lengthOf(problemsOf({ text: `{{#if ${"not ".repeat(9999)}` }), 1)
    assert.deepStrictEqual(problemsOf({ html: "<div>".repeat(50_000) }), [])
  })

  it("tells all problems of all fields, each in its field", () => {
    assert.deepStrictEqual(
      problemsOf({
        subject: "{{a b}}",
        html: "<p>{{x |}}</p>\n{{ok}} {{1}}",
        text: null,
        from_name: "{{#if a}}"
      }),
      [
        "subject 1:5 unexpected b: expected }}",
        "html 1:9 unexpected }}: expected a filter",
        "html 2:10 unexpected 1: expected a path such as first_name",
        "from_name 1:1 {{#if}} is never closed"
      ]
    )
  })

  it("goes on behind a tag that is not closed, at the next one", () => {
    assert.deepStrictEqual(problemsOf({ text: "{{a {{b}} {{c d}}" }), [
      "text 1:5 unexpected {: expected }}",
      "text 1:15 unexpected d: expected }}"
    ])
  })

  it("stops at 100 problems a field", () => {
    assert.lengthOf(problemsOf({ text: "{{!}}".repeat(500) }), 100)
    assert.lengthOf(problemsOf({ text: "{{else}}".repeat(500) }), 100)
    assert.lengthOf(problemsOf({ text: "{!}".repeat(500) }, { syntax: "format" }), 100)
  })

  it("admits 256 KiB of UTF-8 in all fields together, and not one byte more", () => {
    const half = "д".repeat(64 * 1024)
    assert.deepStrictEqual(problemsOf({ subject: half, text: half }), [])
    assert.deepStrictEqual(problemsOf({ subject: half, text: `${half}!` }), [
      "content 1:1 the template is larger than 256 KiB"
    ])
  })

  it("admits 32 blocks within each other", () => {
    assert.deepStrictEqual(problemsOf({ text: "{{#if a}}".repeat(32) + "{{/if}}".repeat(32) }), [])
  })
})

describe("syntax: format", () => {
  const format = { syntax: "format" } as const

  it.each([
    ["{name}", undefined],
    ["{user.name} {{literal}} {{}}", undefined],
    ["a\n{0}", "2:1 only names such as {first_name} and {user.name} stand in braces"],
    ["{}", "1:1 only names such as {first_name} and {user.name} stand in braces"],
    ["{x!r}", "1:1 only names such as {first_name} and {user.name} stand in braces"],
    ["{x:>10}", "1:1 only names such as {first_name} and {user.name} stand in braces"],
    ["{x[0]}", "1:1 only names such as {first_name} and {user.name} stand in braces"],
    ["{ x }", "1:1 only names such as {first_name} and {user.name} stand in braces"],
    ["hello {name", "1:7 a { that is not closed: write {{ for a brace"],
    ["a } b", "1:3 a single }: write }} for a brace"],
    ["{a {b}", "1:1 a { that is not closed: write {{ for a brace"]
  ])("%s", (text, problem) => {
    const found = first(text, format)
    if (problem === undefined) assert.isUndefined(found)
    else assert.include(found, problem)
  })
})
