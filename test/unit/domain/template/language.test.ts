import { assert, describe, it } from "@effect/vitest"
import { DateTime, Result } from "effect"

import { compileTemplate, renderFields } from "#src/domain/render.ts"
import { type RenderContext } from "#src/domain/template/Frame.ts"

const context = (overrides: Partial<RenderContext> = {}): RenderContext => ({
  data: {},
  profile: {},
  locale: "en",
  timezone: "UTC",
  ...overrides
})

/** The text as an SMS, filled in with this data. */
const filled = (text: string, data: Readonly<Record<string, unknown>> = {}): string => {
  const template = Result.getOrThrow(
    compileTemplate({ channel: "sms", syntax: "carillon", content: { body: text } })
  )
  return Result.getOrThrow(renderFields(template, context({ data })))["body"] ?? ""
}

const items = [
  { title: "Solaris", year: 1972, genres: ["drama", "sci-fi"] },
  { title: "Stalker", year: 1979, genres: [] }
]

describe("paths", () => {
  it.each([
    ["{{name}}", "Ann"],
    ["{{ name }}", "Ann"],
    ["{{user.name}}", "Bob"],
    ["{{user.address.city}}", "Riga"],
    ["{{items.1.title}}", "Stalker"],
    ["{{count}} {{share}} {{yes}} {{no}}", "3 0.5 true false"],
    ["{{имя}}", "Анна"],
    ["{{first-name}}", "Ann-Lee"],
    ["{{items.0.genres}}", "drama, sci-fi"],
    ["[{{missing}}{{user.missing.deep}}{{nothing}}{{none}}{{user}}{{items}}]", "[]"],
    ["no } tags }} { here", "no } tags }} { here"],
    ["", ""]
  ])("fills in %s", (text, expected) => {
    const data = {
      name: "Ann",
      user: { name: "Bob", address: { city: "Riga" } },
      items,
      count: 3,
      share: 0.5,
      yes: true,
      no: false,
      имя: "Анна",
      "first-name": "Ann-Lee",
      nothing: null,
      none: Number.NaN
    }
    assert.strictEqual(filled(text, data), expected)
  })

  it("reads the job's data before the profile, member by member, and past what is null", () => {
    const template = Result.getOrThrow(
      compileTemplate({
        channel: "sms",
        syntax: "carillon",
        content: { body: "{{first_name}} {{last_name}} {{attributes.plan}} {{attributes.since}}" }
      })
    )
    const rendered = renderFields(
      template,
      context({
        data: { first_name: "Guest", last_name: null, attributes: { plan: "pro" } },
        profile: { first_name: "Ann", last_name: "Lee", attributes: { plan: "free", since: 2020 } }
      })
    )
    assert.deepStrictEqual(rendered, Result.succeed({ body: "Guest Lee pro 2020" }))
  })
})

describe("nothing of JavaScript is reachable", () => {
  class Person {
    readonly name = "Ann"
    get secret() {
      throw new Error("a getter was called")
    }
  }
  const data = {
    text: "abc",
    list: [1, 2],
    person: new Person(),
    call: () => "called",
    date: DateTime.toDateUtc(DateTime.makeUnsafe(0)),
    map: new Map([["a", 1]])
  }

  it.each([
    "{{__proto__}}",
    "{{constructor}}",
    "{{constructor.name}}",
    "{{toString}}",
    "{{text.length}}",
    "{{text.0}}",
    "{{text.constructor.constructor}}",
    "{{list.length}}",
    "{{list.map}}",
    "{{list.constructor}}",
    "{{person.secret}}",
    "{{person.constructor.name}}",
    "{{person.__proto__.secret}}",
    "{{call}}",
    "{{call.name}}",
    "{{call.constructor}}",
    "{{date}}",
    "{{map.size}}",
    "{{#each text}}x{{/each}}{{#each map}}x{{/each}}{{#each person}}x{{/each}}",
    "{{#if text.length}}x{{/if}}{{#if __proto__}}x{{/if}}{{#if toString}}x{{/if}}"
  ])("%s is empty", (text) => {
    assert.strictEqual(filled(text, data), "")
  })

  it("a member that the data has of its own is data, whatever its name", () => {
    const own = { ["__proto__"]: { a: "x" }, constructor: "y" }
    assert.strictEqual(filled("{{__proto__.a}}{{constructor}}{{a}}", own), "xy")
  })
})

describe("{{#if}}", () => {
  const data = {
    yes: true,
    no: false,
    zero: 0,
    blank: "",
    none: [],
    some: [1],
    object: {},
    nothing: null,
    plan: "pro",
    other: "pro",
    count: 9,
    price: "10",
    day: "2026-03-01",
    quote: "it's"
  }

  it.each([
    ["yes", true],
    ["no", false],
    ["zero", false],
    ["blank", false],
    ["none", false],
    ["some", true],
    ["object", true],
    ["nothing", false],
    ["missing.deep", false],
    ["plan == 'pro'", true],
    ["'pro' == plan", true],
    ["plan == 'free'", false],
    ["plan != 'free'", true],
    ["plan == other", true],
    ["quote == 'it\\'s'", true],
    ["count == 9", true],
    ["count == '9'", true],
    ["yes == true", true],
    ["no == false", true],
    ["missing == ''", true],
    ["some == '1'", false],
    ["object == object", false],
    ["count < 10", true],
    ["count < price", true],
    ["count > price", false],
    ["count > -1.5", true],
    ["count < 9", false],
    ["day < '2026-03-02'", true],
    ["day > '2026-03-02'", false],
    ["missing < 1", false],
    ["missing > 1", false],
    ["not no", true],
    ["not not yes", true],
    ["yes and no", false],
    ["yes or no", true],
    ["no and no or yes", true],
    ["yes or no and no", true],
    ["(yes or no) and no", false],
    ["not (yes and no)", true],
    ["not plan == 'free' and count > 1", true]
  ])("%s is %s", (condition, expected) => {
    assert.strictEqual(filled(`{{#if ${condition}}}T{{else}}F{{/if}}`, data), expected ? "T" : "F")
  })

  it("needs no {{else}}", () => {
    assert.strictEqual(filled("a{{#if yes}}b{{/if}}{{#if no}}c{{/if}}d", data), "abd")
  })
})

describe("{{#each}}", () => {
  it("repeats its body for each item, in order", () => {
    assert.strictEqual(
      filled("{{#each items}}{{this.title}} ({{this.year}}); {{/each}}", { items }),
      "Solaris (1972); Stalker (1979); "
    )
  })

  it("knows the item and its position", () => {
    const data = { tags: ["a", "b", "c"] }
    assert.strictEqual(
      filled("{{#each tags}}{{#if @index > 0}}, {{/if}}{{@index}}={{this}}{{/each}}", data),
      "0=a, 1=b, 2=c"
    )
  })

  it("means the inner item within, the outer one after, and the root by plain paths", () => {
    assert.strictEqual(
      filled(
        "{{#each items}}[{{#each this.genres}}{{@index}}{{this}}/{{sep}}{{/each}}{{@index}}{{this.title}}]{{/each}}",
        {
          items,
          sep: "-"
        }
      ),
      "[0drama/-1sci-fi/-0Solaris][1Stalker]"
    )
  })

  it("writes nothing for an empty list, and for what is no list", () => {
    assert.strictEqual(
      filled(
        "[{{#each none}}x{{/each}}{{#each text}}x{{/each}}{{#each object}}x{{/each}}{{#each missing}}x{{/each}}]",
        {
          none: [],
          text: "abc",
          object: { length: 2 }
        }
      ),
      "[]"
    )
  })
})

describe("limits of one rendering", () => {
  const failure = (text: string, data: Readonly<Record<string, unknown>>) => {
    const template = Result.getOrThrow(
      compileTemplate({ channel: "sms", syntax: "carillon", content: { body: text } })
    )
    const rendered = renderFields(template, context({ data }))
    return Result.isFailure(rendered) ? rendered.failure.message : "rendered"
  }
  const list = (length: number) => Array.from({ length }, (_, position) => position)

  it("admits 10000 repetitions, all loops together, and not one more", () => {
    assert.strictEqual(failure("{{#each list}}{{/each}}", { list: list(10_000) }), "rendered")
    const tooMany = "body: {{#each}} repeats more than 10000 times"
    assert.strictEqual(failure("{{#each list}}{{/each}}", { list: list(10_001) }), tooMany)
    assert.strictEqual(
      failure("{{#each list}}{{#each list}}{{/each}}{{/each}}", { list: list(100) }),
      tooMany
    )
  })

  it("admits an output of 2 MiB, and not one character more", () => {
    const data = { list: list(1024), text: "x".repeat(2048) }
    assert.strictEqual(failure("{{#each list}}{{text}}{{/each}}", data), "rendered")
    assert.strictEqual(
      failure("{{#each list}}{{text}}{{/each}}!", data),
      "body: the output is larger than 2 MiB"
    )
  })

  it.each([
    ["empty blocks", `{{#each list}}${"{{#if a}}{{/if}}".repeat(15_000)}{{/each}}`],
    ["a long condition", `{{#each list}}{{#if ${"1 == 2 or ".repeat(20_000)} a}}{{/if}}{{/each}}`],
    ["long texts that are cut", "{{#each list}}{{text | upper | truncate: 1}}{{/each}}"],
    ["comparisons of long texts", "{{#each list}}{{#if text == other}}{{/if}}{{/each}}"],
    ["deep paths", `{{#each list}}${`{{a${".a".repeat(60)}}}`.repeat(1000)}{{/each}}`],
    ["long lists as text", "{{#each list}}{{list}}{{/each}}"]
  ])("stops a template that is all work: %s", (_, text) => {
    const long = "x".repeat(100_000)
    const data = { list: list(10_000).map(() => ""), text: long, other: long.slice(0) }
    assert.strictEqual(failure(text, data), "body: the template takes too much work")
  })
})
