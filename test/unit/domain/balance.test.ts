import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { Status } from "#schemas/Status.ts"
import { balance } from "#src/domain/balance.ts"

const Counts = Schema.Array(Schema.Struct({ status: Status, count: Schema.Natural }))

describe("balance", () => {
  it("is balanced where nothing was planned and nothing is there", () => {
    assert.deepInclude(balance(0, []), { balanced: true, planned: 0, in_flight: 0, dead: 0 })
  })

  it("counts what is open as in flight, and what came after delivery as delivered", () => {
    const counts = Status.literals.map((status) => ({ status, count: 1 }))
    assert.deepInclude(balance(counts.length, counts), {
      balanced: true,
      in_flight: 3,
      sent: 1,
      delivered: 4,
      unknown: 1
    })
  })

  it.prop("balances exactly where the rows are as many as were planned", [Counts], ([counts]) => {
    const rows = counts.reduce((sum, { count }) => sum + count, 0)
    assert.isTrue(balance(rows, counts).balanced)
    assert.isFalse(balance(rows + 1, counts).balanced)
  })
})
