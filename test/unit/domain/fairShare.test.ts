/** Shares of the connections: nobody gets all of them, and nobody starves. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { fairShare } from "#src/domain/fairShare.ts"

const repeated = (key: string, times: number): ReadonlyArray<string> =>
  Array.from({ length: times }, () => key)

/** One after the other, each as much as it gets; how much each holds at the end. */
const fill = (size: number, keys: ReadonlyArray<string>): ReadonlyArray<number> => {
  const held = new Map<string, number>()
  let free = size
  return keys.map((key) => {
    const { length } = fairShare(repeated(key, size), { free, holds: (key) => held.get(key) ?? 0 })
    free -= length
    held.set(key, length)
    return length
  })
}

describe("fairShare", () => {
  it("leaves half to the others, and half of that to the next", () => {
    assert.deepStrictEqual(fill(40, ["a", "b", "c", "d", "e", "f", "g"]), [20, 10, 5, 3, 1, 1, 0])
    assert.deepStrictEqual(fill(1, ["a", "b"]), [1, 0])
    assert.deepStrictEqual(fill(0, ["a"]), [0])
  })

  it("counts what a key holds already, and takes in order", () => {
    const holds = (key: string) => (key === "slow" ? 20 : 0)
    const wanted = [...repeated("slow", 3), "a", "slow", "b", "a"]
    assert.deepStrictEqual(fairShare(wanted, { free: 20, holds }), [3, 5, 6])
    assert.deepStrictEqual(fairShare(["slow"], { free: 21, holds }), [0])
  })

  const Places = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 }))
  const Held = Schema.Struct({ a: Places, b: Places })

  it.prop(
    "takes no more than is free, in order, and never the last place for one who holds some",
    [Schema.Array(Schema.Literals(["a", "b", "c", "d"])), Held, Places],
    ([wanted, before, free]) => {
      const held = new Map<string, number>(Object.entries(before))
      const taken = fairShare(wanted, { free, holds: (key) => held.get(key) ?? 0 })
      assert.isAtMost(taken.length, free)
      assert.deepStrictEqual(
        taken,
        [...new Set(taken)].toSorted((a, b) => a - b)
      )
      const [first] = wanted
      if (first !== undefined && free > (held.get(first) ?? 0)) assert.include(taken, 0)
      for (const key of new Set(wanted)) {
        const got = taken.filter((position) => wanted[position] === key).length
        if (got > 0) assert.isAtMost((held.get(key) ?? 0) + got, free)
      }
    }
  )
})
