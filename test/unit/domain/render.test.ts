import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import {
  type CompiledTemplate,
  compileTemplate,
  renderEmail,
  renderFields,
  type TemplateSource
} from "#src/domain/render.ts"
import { type RenderContext } from "#src/domain/template/Frame.ts"

const compiled = (
  content: TemplateSource["content"],
  overrides: Partial<TemplateSource> = {}
): CompiledTemplate =>
  Result.getOrThrow(compileTemplate({ channel: "email", syntax: "carillon", content, ...overrides }))

const context = (data: Readonly<Record<string, unknown>>): RenderContext => ({
  data,
  profile: { first_name: "Ann" },
  locale: "en",
  timezone: "UTC"
})

const email = (content: TemplateSource["content"], data: Readonly<Record<string, unknown>> = {}) =>
  Result.getOrThrow(renderEmail(compiled(content), context(data)))

describe("renderEmail", () => {
  it("fills in every part", () => {
    const content = {
      subject: "Welcome, {{first_name}}",
      html: "<p>Hi {{first_name}}</p>",
      text: "Hi {{first_name}}!",
      from_name: "{{shop}}",
      from_address: "hello@example.org",
      reply_to: "{{missing}}"
    }
    assert.deepStrictEqual(email(content, { shop: "Bells" }), {
      subject: "Welcome, Ann",
      html: "<p>Hi Ann</p>",
      text: "Hi Ann!",
      fromName: "Bells",
      fromAddress: "hello@example.org",
      replyTo: null
    })
  })

  it("takes null for what the author left out, and makes a text part from the HTML", () => {
    const nothing = { from_name: null, from_address: null, reply_to: null }
    assert.deepStrictEqual(email({ subject: "s", html: "<h1>Hi</h1>", text: null, ...nothing }), {
      subject: "s",
      html: "<h1>Hi</h1>",
      text: "Hi",
      fromName: null,
      fromAddress: null,
      replyTo: null
    })
    assert.isNull(email({ subject: "s", html: null, text: "t", ...nothing }).html)
  })

  it("escapes values in HTML, and only there; the template's own text stays", () => {
    const rendered = email(
      { subject: "{{value}}", html: '<p title="{{value}}">&amp;{{value}}</p>', text: "<&>{{value}}" },
      { value: `<"&'>` }
    )
    assert.strictEqual(rendered.html, '<p title="&lt;&quot;&amp;&#39;&gt;">&amp;&lt;&quot;&amp;&#39;&gt;</p>')
    assert.strictEqual(rendered.text, `<&><"&'>`)
    assert.strictEqual(rendered.subject, `<"&'>`)
  })

  it("escapes what filters and lists bring", () => {
    const html = "{{missing | default: '<b>'}}{{list}}{{#each list}}{{this}}{{/each}}{{link | raw_link}}"
    assert.strictEqual(
      email({ html }, { list: ["<i>"], link: 'https://example.org/?a=1&b="' }).html,
      "&lt;b&gt;&lt;i&gt;&lt;i&gt;https://example.org/?a=1&amp;b=&quot;"
    )
  })

  it("makes a space of each CR, LF and NUL in a header, the template's own too", () => {
    const headers = {
      subject: "a\nb{{value}}",
      from_name: "{{value}}",
      from_address: "{{value}}",
      reply_to: "{{value}}"
    }
    assert.deepInclude(email({ ...headers, text: "{{value}}" }, { value: "x\r\ny\0z" }), {
      subject: "a bx  y z",
      fromName: "x  y z",
      fromAddress: "x  y z",
      replyTo: "x  y z",
      text: "x\r\ny\0z"
    })
  })

  it("names the field that met a limit", () => {
    const template = compiled({ subject: "s", html: "{{#each a}}{{#each a}}{{/each}}{{/each}}" })
    const rendered = renderEmail(template, context({ a: Array.from({ length: 200 }) }))
    assert.isTrue(Result.isFailure(rendered))
    if (Result.isFailure(rendered))
      assert.deepInclude(rendered.failure, {
        _tag: "RenderFailed",
        field: "html",
        reason: "{{#each}} repeats more than 10000 times"
      })
  })
})

describe("the text part made from the HTML", () => {
  const text = (html: string, data: Readonly<Record<string, unknown>> = {}) => email({ html }, data).text

  it("is made where the author's own is blank, and is empty where there is nothing to make it from", () => {
    assert.strictEqual(email({ html: "<p>x</p>", text: " \n" }).text, "x")
    assert.strictEqual(email({ subject: "s" }).text, "")
  })

  it("has the values as they are", () => {
    assert.strictEqual(text("<p>{{value}}</p>", { value: "<b> & 'c'" }), "<b> & 'c'")
  })

  it("does not read what entities hide as a tag", () => {
    assert.strictEqual(text("<p>&#123;&#123;first_name}}</p>"), "{{first_name}}")
  })

  it("keeps headings as written, writes links behind their text, and leaves out what is not read", () => {
    const html = `<head><title>t</title><style>p{}</style></head><body>
      <div style="display:none">preheader {{first_name}}</div><img src="{{logo}}" alt="logo">
      <h1>Dear {{first_name}}</h1><a href="{{link}}">Read on</a> <a href="{{link}}">{{link}}</a></body>`
    assert.strictEqual(
      text(html, { link: "https://example.org" }),
      "Dear Ann\n\nRead on [https://example.org] https://example.org"
    )
  })

  it("keeps blocks, and leaves no empty lines for their beginnings and ends", () => {
    const html = `<p>a</p>
      {{#if yes}}
      <p>b</p>
      {{else}}
      <p>c</p>
      {{/if}}
      <ul>
        {{#each items}}
        <li>{{this}}</li>
        {{/each}}
      </ul>
      <p>d {{#if yes}}e{{/if}}</p>`
    const items = ["x", "y"]
    assert.strictEqual(text(html, { yes: true, items }), "a\n\nb\n\n * x\n * y\n\nd e")
    assert.strictEqual(text(html, { yes: false, items }), "a\n\nc\n\n * x\n * y\n\nd ")
  })

  it("keeps blocks between the rows of a layout table", () => {
    const html = `<table>{{#each items}}<tr><td>{{@index}}</td><td>{{this}}</td></tr>{{/each}}</table>`
    assert.strictEqual(text(html, { items: ["x", "y"] }), "0 x\n1 y\n")
  })

  it("is converted message by message where its blocks do not survive", () => {
    const html = `{{#if a}}<div style="display:none">{{/if}}<p>x</p>{{#if a}}</div>{{/if}}<p>y</p>`
    const split = `<p {{#if a}}>x{{/if}}</p>y`
    assert.strictEqual(text(html, { a: true }), "y")
    assert.strictEqual(text(html, { a: false }), "x\n\ny")
    assert.strictEqual(text(split, { a: true }), "x\n\ny")
    assert.strictEqual(text(split, { a: false }), "y")
  })

  it("does without the blocks of what no one reads", () => {
    const html = `<p {{#if a}}class="x"{{else}}id="y"{{/if}}>x</p><p hidden>{{#if a}}y{{/if}}</p>{{#if a}}z{{/if}}`
    assert.strictEqual(text(html, { a: true }), "x\n\nz")
  })

  it("leaves out marks of its own that the author wrote", () => {
    assert.strictEqual(text("<p>\uFDD0999\uFDD1x</p>"), "x")
  })

  it("numbers the repeated items of a list", () => {
    const html = "<ol>{{#each items}}<li>{{this}}</li>{{/each}}</ol>"
    assert.strictEqual(text(html, { items: ["x", "y"] }), " 1. x\n 2. y")
  })
})

describe("compileTemplate", () => {
  it("names the variables, each once, an item by its list", () => {
    const { variables } = compiled({
      subject: "{{first_name | upper}} {{user.name}}",
      html: "{{#if a == b and not (c or first_name)}}{{d}}{{else}}{{e}}{{/if}}{{#if 'x' == f}}{{/if}}",
      text: "{{#each items}}{{this.title}}{{@index}}{{#each this.genres}}{{this}}{{/each}}{{g}}{{/each}}"
    })
    assert.deepStrictEqual(variables, [
      "first_name",
      "user.name",
      "a",
      "b",
      "c",
      "d",
      "e",
      "f",
      "items",
      "items[].title",
      "items[].genres",
      "items[].genres[]",
      "g"
    ])
  })

  it("takes any channel's content; HTML is escaped in e-mail alone", () => {
    const push = compiled(
      { title: "{{v}}", body: "{{v}}", url: "{{v}}", icon: "{{v}}", html: "{{v}}" },
      { channel: "push" }
    )
    assert.deepStrictEqual(
      renderFields(push, context({ v: "<\n>" })),
      Result.succeed({ title: "< >", body: "<\n>", url: "< >", icon: "< >", html: "<\n>" })
    )
  })

  it("reads the original callers' placeholders", () => {
    const template = compiled(
      { subject: "Hi {first_name}", html: "<style>p {{ color: red }}</style><p>{user.name}{missing}</p>" },
      { syntax: "format" }
    )
    assert.deepStrictEqual(
      renderFields(template, context({ user: { name: "<Bob>" } })),
      Result.succeed({
        subject: "Hi Ann",
        html: "<style>p { color: red }</style><p>&lt;Bob&gt;</p>",
        text: "<Bob>"
      })
    )
    assert.deepStrictEqual(template.variables, ["first_name", "user.name", "missing"])
  })
})
