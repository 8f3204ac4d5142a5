/** What a template reads and finds empty. */

import { assert, describe, it } from "@effect/vitest"

import { emptyVariables } from "#src/domain/emptyVariables.ts"

const sources = {
  data: {
    first_name: null,
    order: { id: 7 },
    items: [
      { title: "a", tags: [] },
      { price: 1, tags: ["x"] }
    ],
    none: []
  },
  profile: { first_name: "Ada", last_name: "" }
}

describe("emptyVariables", () => {
  it.each<[string, boolean]>([
    ["first_name", false],
    ["last_name", true],
    ["order.id", false],
    ["order.missing", true],
    ["items", false],
    ["items[].title", true],
    ["items[].tags[]", false],
    ["items[].tags", true],
    ["order.id[].x", false],
    ["none", true],
    ["none[].title", false]
  ])("judges %s", (variable, isEmpty) => {
    assert.deepStrictEqual(emptyVariables([variable], sources), isEmpty ? [variable] : [])
  })
})
