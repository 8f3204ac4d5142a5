/** Where a value could leave the place that its author gave it. */

import { assert, describe, it } from "@effect/vitest"

import { unsafePlaces } from "#src/domain/template/unsafePlaces.ts"

const messages = (html: string) => unsafePlaces(html).map(({ message }) => message.split(":")[0])

describe("unsafePlaces", () => {
  it("finds nothing in elements, quoted attributes and comments", () => {
    const html = `<!-- {{a}} > "--><p class="{{b}}" id='{{c}}'>{{d}} = {{e}}</p><a href = "{{f}}">{{g}}</a>`
    assert.deepStrictEqual(messages(html), [])
  })

  it("finds attributes without quotes, tags, scripts and styles", () => {
    const html = `<a href={{a}}>{{b}}</a><i title= x{{c}} {{d}}>{{e}}</i><SCRIPT>x = "{{f}}"</script><style>{{g}}</style>{{h}}`
    assert.deepStrictEqual(messages(html), [
      "{{a}} stands in an attribute without quotes",
      "{{c}} stands in an attribute without quotes",
      "{{d}} stands in a tag",
      "{{f}} stands in a script",
      "{{g}} stands in a style"
    ])
  })

  it("passes over blocks, which put nothing in, and a placeholder that does not end", () => {
    assert.deepStrictEqual(messages("<p {{#if a}}hidden{{else}}x{{/if}}>{{b}}</p><p {{c"), [
      "{{c stands in a tag"
    ])
  })

  it("says where", () => {
    assert.deepStrictEqual(
      unsafePlaces("<p>\n<a href={{url}}>").map(({ offset }) => offset),
      [12]
    )
  })
})
