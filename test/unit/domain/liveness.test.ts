/** Who is dead: silence counts only while the observer itself is well. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { observe, type Observations, silentOnes } from "#src/domain/liveness.ts"
import { workerId } from "#test/support/jobs.ts"

const living = workerId(1)
const silent = workerId(2)
const Step_ms = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20_000 }))

/** Looks once a step: one worker's beat rises each time, the other's never. */
const watch = (steps_ms: ReadonlyArray<number>): Observations =>
  steps_ms.reduce<Observations>(
    (before, step_ms, n) =>
      observe(
        before,
        [
          { worker_id: living, beat: n },
          { worker_id: silent, beat: 7 }
        ],
        step_ms
      ),
    new Map()
  )

const deadAfter = (...steps_ms: ReadonlyArray<number>) =>
  silentOnes(watch(steps_ms)).map(({ worker_id }) => worker_id)

describe("observe", () => {
  it.prop(
    "takes for dead exactly who was silent for 15 s of the observer's own time",
    [Schema.Array(Step_ms)],
    ([steps]) => {
      const counted = steps.slice(1).filter((step_ms) => step_ms <= 6000)
      const silence_ms = counted.reduce((sum, step_ms) => sum + step_ms, 0)
      assert.deepStrictEqual(deadAfter(...steps), silence_ms >= 15_000 ? [silent] : [])
    }
  )

  it("counts from the first look on", () => {
    assert.deepStrictEqual(deadAfter(6000, 6000, 6000), [])
    assert.deepStrictEqual(deadAfter(0, 6000, 6000, 3000), [silent])
  })

  it("counts none of its own absence", () => {
    assert.deepStrictEqual(deadAfter(0, 6001, 3_600_000), [])
  })

  it("begins anew when a beat rises, also to a lower number", () => {
    const before = watch([0, 6000, 6000])
    const risen = observe(before, [{ worker_id: silent, beat: 1 }], 6000)
    assert.deepStrictEqual(risen.get(silent), { beat: 1, silent_ms: 0 })
  })

  it("forgets who is gone", () => {
    assert.deepStrictEqual([...observe(watch([0, 6000]), [], 2000)], [])
  })
})

describe("silentOnes", () => {
  it("names the beat at which each fell silent", () => {
    assert.deepStrictEqual(silentOnes(watch([0, 6000, 6000, 3000])), [{ worker_id: silent, beat: 7 }])
  })
})
