/** The same text for the same JSON. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { canonicalJson } from "#src/domain/canonicalJson.ts"

/** The same value with the members of each object in the opposite order. */
const reversed = (value: Schema.Json): Schema.Json => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)])
  )
}

/** As JSON gives it back: it has no negative zero. */
const said = (value: Schema.Json): unknown => JSON.parse(JSON.stringify(value))

describe("canonicalJson", () => {
  it.prop("says the same value, whatever the order of its members", [Schema.Json], ([value]) => {
    assert.deepStrictEqual(JSON.parse(canonicalJson(value)), said(value))
    assert.strictEqual(canonicalJson(reversed(value)), canonicalJson(value))
  })

  it.prop("differs where the values differ", [Schema.Json, Schema.Json], ([one, other]) => {
    const areSame = canonicalJson(one) === canonicalJson(other)
    if (areSame) assert.deepStrictEqual(said(one), said(other))
  })

  it("sorts by code units, without white space", () => {
    assert.strictEqual(
      canonicalJson({ b: [1, { d: null, c: "x y" }], B: true, "": 0.1, é: "\n" }),
      `{"":0.1,"B":true,"b":[1,{"c":"x y","d":null}],"é":"\\n"}`
    )
  })

  it.each([
    [
      [1, 2],
      [2, 1]
    ],
    [{ a: null }, {}],
    [{ a: "1" }, { a: 1 }]
  ])("tells %j from %j", (one, other) => {
    assert.notStrictEqual(canonicalJson(one), canonicalJson(other))
  })
})
