/** A living worker looks after itself: what the ledger has it send and it does not have under way. */

import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"

import { afterAttempt } from "#src/domain/fate.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { SelfCheck } from "#src/services/SelfCheck.ts"
import { Settling } from "#src/services/Settling.ts"
import { UnderWay } from "#src/services/UnderWay.ts"
import { Workers } from "#src/services/Workers.ts"
import { sampleAttempt } from "#test/support/jobs.ts"
import { forgotten, ledgerLayer, plant, readyJob, rowOf, type Seed } from "#test/support/ledger.ts"

const checking = SelfCheck.layer.pipe(
  Layer.provideMerge(Layer.merge(Settling.layer, UnderWay.layer)),
  Layer.provideMerge(Workers.layerOf("test")),
  Layer.provideMerge(ledgerLayer)
)

/** Started by this process. */
const begin = Effect.fnUntraced(function* (seed: Partial<Seed> = {}) {
  const id = yield* plant(seed)
  const workers = yield* Workers
  yield* Ledger.use((ledger) => ledger.start([readyJob(id, seed.attempt ?? 0)], workers.current()))
  return id
})

const closeForgotten = SelfCheck.use((check) => check.closeForgotten)

layer(checking, { excludeTestServices: true })("SelfCheck.closeForgotten", (it) => {
  it.effect(
    "closes by its class what it knows nothing of, and leaves what is under way, and what is others'",
    () =>
      Effect.gen(function* () {
        const underWay = yield* UnderWay
        yield* Workers.use(({ awaitTrust }) => awaitTrust)
        const known = yield* begin({ message_class: "campaign" })
        underWay.begin([known])
        const [resent, held] = [yield* begin(), yield* begin({ message_class: "campaign" })]
        const exhausted = yield* begin({ attempt: 4, max_attempts: 5 })
        const waiting = yield* plant()
        assert.strictEqual(yield* closeForgotten, 3)
        const rows = yield* Effect.forEach([known, resent, held, exhausted, waiting], rowOf)
        assert.deepStrictEqual(
          rows.map(({ status }) => status),
          ["sending", "queued", "unknown", "dead", "queued"]
        )
        assert.strictEqual(yield* closeForgotten, 0)
        underWay.end([known])
        assert.strictEqual(yield* closeForgotten, 1)
        assert.strictEqual((yield* rowOf(known)).status, "unknown")
        assert.isEmpty(yield* forgotten)
      })
  )

  it.effect(
    "lets no hint start what the ledger refused to settle, until it is closed by us or by others",
    () =>
      Effect.gen(function* () {
        const underWay = yield* UnderWay
        const workers = yield* Workers
        yield* workers.awaitTrust
        const [ours, others] = [yield* begin({ message_class: "campaign" }), yield* begin()]
        underWay.begin([ours, others])
        underWay.lose([ours, others])
        assert.deepStrictEqual([underWay.has(ours), underWay.has(others)], [true, true])
        const row = yield* rowOf(others)
        yield* Ledger.use((ledger) =>
          ledger.settle([afterAttempt({ owner: workers.current(), row }, sampleAttempt())])
        )
        assert.strictEqual(yield* closeForgotten, 1)
        assert.deepStrictEqual([underWay.has(ours), underWay.has(others)], [false, false])
        assert.strictEqual((yield* rowOf(ours)).status, "unknown")
      })
  )
})
