/** Numbers drawn from keys: fixed, in range, evenly spread. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { bucket } from "#src/domain/bucket.ts"

describe("bucket", () => {
  it.prop("is in [0, 1) and the same again", [Schema.String, Schema.String], ([purpose, key]) => {
    const at = bucket(purpose, key)
    assert.isTrue(at >= 0 && at < 1)
    assert.strictEqual(bucket(purpose, key), at)
  })

  it("is the same in every version of the program", () => {
    assert.strictEqual(bucket("retry 1", "019ab000-0000-8000-8000-000000000001"), 0.5399609110318124)
  })

  it("spreads near-equal keys evenly", () => {
    const tenths = Array.from({ length: 20_000 }, (_, n) => Math.floor(bucket("test", `user-${n}`) * 10))
    for (let tenth = 0; tenth < 10; tenth++)
      assert.closeTo(tenths.filter((one) => one === tenth).length, 2000, 200)
  })

  it("draws another number for another purpose", () => {
    const same = Array.from({ length: 1000 }, (_, n) => `user-${n}`).filter(
      (key) => Math.abs(bucket("a", key) - bucket("b", key)) < 0.01
    )
    assert.isBelow(same.length, 60)
  })

  it("keeps purpose and key apart", () => {
    assert.notStrictEqual(bucket("ab", "c"), bucket("a", "bc"))
  })
})
