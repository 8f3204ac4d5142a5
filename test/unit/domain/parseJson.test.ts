import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import { parseJson } from "#src/domain/parseJson.ts"

const positionOf = (text: string) => Result.getOrThrow(Result.flip(parseJson(text))).position

describe("parseJson", () => {
  it.each([
    { text: "", position: 0 },
    { text: '{"a": 1', position: 7 },
    { text: '{"a": x}', position: 6 },
    { text: '{"a": 1,}', position: 8 },
    { text: "[1, 2] x", position: 7 },
    { text: `{"a": ${" ".repeat(60)}x, "b": "${"y".repeat(60)}"}`, position: 66 }
  ])("says where $text is broken", ({ position, text }) => {
    assert.strictEqual(positionOf(text), position)
  })

  it("does not search texts of megabytes", () => {
    const text = `["${"x".repeat(300_000)}", nope]`
    assert.strictEqual(positionOf(text), text.length)
  })

  it.prop(
    "reads what JSON can say",
    [Schema.Array(Schema.Record(Schema.String, Schema.String))],
    ([value]) => {
      assert.deepStrictEqual(
        parseJson(JSON.stringify(value)),
        Result.succeed(JSON.parse(JSON.stringify(value)))
      )
    }
  )
})
