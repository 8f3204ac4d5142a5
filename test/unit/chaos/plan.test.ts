import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { makePlan } from "#chaos/Scenario.ts"
import { scenarios } from "#chaos/scenarios/all.ts"

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 999_999 }))
const Chosen = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: scenarios.length - 1 }))

/** A plan has hundreds of items. */
const few = { arbitrary: { runs: 30 } }

const brief = scenarios.filter(({ byHand }) => byHand !== true)

const scenarioAt = (index: number) => brief[index % brief.length]!

describe("makePlan", () => {
  it("knows scenarios by different names", () => {
    assert.strictEqual(new Set(scenarios.map(({ name }) => name)).size, scenarios.length)
  })

  it.prop(
    "is a function of the seed",
    [Chosen, Seed],
    ([chosen, seed]) => {
      assert.deepStrictEqual(makePlan(scenarioAt(chosen), seed), makePlan(scenarioAt(chosen), seed))
    },
    few
  )

  it.prop(
    "differs between seeds",
    [Chosen, Seed],
    ([chosen, seed]) => {
      assert.notDeepEqual(
        makePlan(scenarioAt(chosen), seed).load,
        makePlan(scenarioAt(chosen), seed + 1).load
      )
    },
    few
  )

  it.prop(
    "publishes each event once, to an address of its own, in time",
    [Chosen, Seed],
    ([chosen, seed]) => {
      const scenario = scenarioAt(chosen)
      const { publications } = makePlan(scenario, seed).load
      const items = publications.flatMap(({ items }) => items)
      assert.isAtLeast(items.length, scenario.load.messages)
      assert.strictEqual(new Set(items.map(({ eventId }) => eventId)).size, items.length)
      assert.strictEqual(new Set(items.map(({ address }) => address)).size, items.length)
      for (const { at_ms, items, via } of publications) {
        assert.isAtLeast(at_ms, 0)
        assert.isAtMost(at_ms, scenario.load.over_ms)
        if (via === "batch") assert.isAtLeast(items.length, 1)
        else assert.strictEqual(items.length, 1)
      }
    }
  )

  it.prop(
    "orders its faults by time, none before the load begins",
    [Chosen, Seed],
    ([chosen, seed]) => {
      const times = makePlan(scenarioAt(chosen), seed).faults.map(({ at_ms }) => at_ms)
      assert.deepStrictEqual(
        times,
        times.toSorted((one, other) => one - other)
      )
      for (const at_ms of times) assert.isAtLeast(at_ms, 0)
    },
    few
  )
})
