/** Reading members of a payload by path. */

import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"

import { memberAt, readInstant, readTexts } from "#src/domain/payload.ts"

const payload: unknown = JSON.parse(
  `{ "user_id": "u", "order": { "customer": { "id": 7 }, "lines": [{ "sku": "a" }] }, "none": null, "__proto__": { "x": 1 } }`
)

describe("memberAt", () => {
  it.each<[string, unknown]>([
    ["user_id", "u"],
    ["order.customer.id", 7],
    ["order.lines.0.sku", "a"],
    ["none", null],
    ["__proto__.x", 1]
  ])("finds %s", (path, value) => {
    assert.strictEqual(memberAt(payload, path), value)
  })

  it.each([
    "absent",
    "order.absent",
    "user_id.length",
    "none.x",
    "order.lines.1.sku",
    "order.lines.length.x"
  ])("finds nothing at %s", (path) => {
    assert.isUndefined(memberAt(payload, path))
  })

  it.each(["toString", "constructor.name", "order.hasOwnProperty"])(
    "sees no inherited member: %s",
    (path) => {
      assert.isUndefined(memberAt(payload, path))
    }
  )
})

describe("readTexts", () => {
  it.each<[unknown, ReadonlyArray<string>]>([
    ["u", ["u"]],
    ["", [""]],
    [7, ["7"]],
    [
      ["a", 1, "b"],
      ["a", "1", "b"]
    ],
    [[], []]
  ])("reads %j", (value, texts) => {
    assert.deepStrictEqual(readTexts(value), Option.some(texts))
  })

  it.each([undefined, null, true, 1.5, 2 ** 53, {}, ["a", null], [["a"]]])("reads nothing of %j", (value) => {
    assert.deepStrictEqual(readTexts(value), Option.none())
  })
})

describe("readInstant", () => {
  it("reads any offset as the instant it is", () => {
    assert.deepStrictEqual(
      Option.map(readInstant("2026-11-21T13:00:00+01:00"), String),
      Option.some("2026-11-21T12:00:00.000Z")
    )
  })

  it.each(["2026-11-21T12:00:00", "2026-02-30T12:00:00Z", "tomorrow", 1_800_000_000, null])(
    "refuses %j",
    (value) => {
      assert.deepStrictEqual(readInstant(value), Option.none())
    }
  )
})
