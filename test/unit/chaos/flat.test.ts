import { assert, describe, it } from "@effect/vitest"

import { growthOf } from "#chaos/flat.ts"

const mebibyte = 2 ** 20

/** A look each second for 100 s. */
const samplesOf = (memory_bytes: (second: number) => number, descriptors: (second: number) => number) =>
  Array.from({ length: 101 }, (_, second) => ({
    process: "planner",
    at_ms: second * 1000,
    memory_bytes: memory_bytes(second),
    descriptors: descriptors(second)
  }))

const isFlat = (...samples: Parameters<typeof samplesOf>) => growthOf(samplesOf(...samples))[0]?.isFlat

describe("growthOf", () => {
  it("forgives a start that needs time, and what breathes", () => {
    assert.isTrue(
      isFlat(
        (second) => (second < 15 ? 60 + second : 120 + (second % 7)) * mebibyte,
        (second) => 40 + (second % 5)
      )
    )
  })

  it("sees memory that grows, and descriptors that do", () => {
    assert.isFalse(
      isFlat(
        (second) => (120 + 2 * second) * mebibyte,
        () => 40
      )
    )
    assert.isFalse(
      isFlat(
        () => 120 * mebibyte,
        (second) => 40 + second
      )
    )
  })
})
