import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { jsonProblems } from "#src/domain/jsonLimits.ts"

const limits = { maxDepth: 64 }

/** Arrays inside one another. */
const nested = (levels: number): unknown => {
  let value: unknown = "leaf"
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

describe("jsonProblems", () => {
  it.each([
    { value: { a: "x\u0000y" }, path: "a", message: "expected text without NUL characters", got: "string" },
    {
      value: { a: ["\ud800"] },
      path: "a.0",
      message: "expected text without lone surrogates",
      got: "string"
    },
    { value: { a: { b: Infinity } }, path: "a.b", message: "expected a finite number", got: "number" },
    { value: "\u0000", path: "", message: "expected text without NUL characters", got: "string" }
  ])("finds what is wrong at $path: $message", ({ got, message, path, value }) => {
    assert.deepStrictEqual(jsonProblems(value, limits), [{ path, message, got }])
  })

  it("finds wrong names of members, without repeating them", () => {
    assert.deepStrictEqual(jsonProblems({ a: { "b\u0000": 1 } }, limits), [
      { path: "a", message: "expected text without NUL characters in the names of members", got: "string" }
    ])
  })

  it("finds every wrong place", () => {
    const problems = jsonProblems({ a: "\u0000", b: ["\u0000", "fine"], c: Infinity }, limits)
    assert.deepStrictEqual(problems.map(({ path }) => path).toSorted(), ["a", "b.0", "c"])
  })

  it("admits 64 levels and refuses the 65th", () => {
    assert.deepStrictEqual(jsonProblems(nested(64), limits), [])
    assert.strictEqual(jsonProblems(nested(65), limits)[0]?.message, "expected at most 64 levels of nesting")
  })

  it("does not overflow the stack, however deep", () => {
    assert.lengthOf(jsonProblems(nested(200_000), limits), 1)
  })

  it("tells at most 100 problems", () => {
    assert.lengthOf(
      jsonProblems(
        Array.from({ length: 5000 }, () => "\u0000"),
        limits
      ),
      100
    )
  })

  it.prop(
    "finds nothing in ordinary JSON",
    [Schema.Array(Schema.Record(Schema.String.check(Schema.isPattern(/^[a-z]{0,9}$/)), Schema.Finite))],
    ([value]) => {
      assert.deepStrictEqual(jsonProblems(value, limits), [])
    }
  )
})
