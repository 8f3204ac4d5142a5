/** One key, many requests at once: what the key stands for when some of them fail. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"

import { OrganizationId } from "#schemas/Ids.ts"
import { IdempotencyRepository } from "#src/repositories/IdempotencyRepository.ts"
import { Idempotency } from "#src/services/Idempotency.ts"
import { ask, ledgerLayer } from "#test/support/ledger.ts"

const idempotency = Idempotency.layer.pipe(
  Layer.provideMerge(IdempotencyRepository.layer),
  Layer.provideMerge(ledgerLayer)
)

const requestOf = (key: string, hash: string) => ({
  organizationId: OrganizationId.make("default"),
  key,
  requestHash: hash.repeat(64)
})

const bind = <A, E>(key: string, hash: string, effect: Effect.Effect<A, E>) =>
  Idempotency.use((service) => service.bind(requestOf(key, hash), effect))

/** What another request under the same key is answered. */
const other = (key: string) => Effect.exit(bind(key, "b", Effect.succeed("other")))

const isFree = (key: string) => Effect.map(other(key), ({ _tag }) => _tag === "Success")

layer(idempotency)("Idempotency.bind", (it) => {
  it.effect("keeps the key for the twin that succeeds, whichever of the two ends first", () =>
    Effect.forEach([0, 1], (winner) =>
      Effect.gen(function* () {
        const key = randomUUID()
        const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>()] as const
        const [first, second] = [
          Effect.andThen(Deferred.await(gates[0]), Effect.succeed("done")),
          Effect.andThen(Deferred.await(gates[1]), Effect.fail("refused" as const))
        ]
        const twins = yield* Effect.forkChild(
          Effect.all([Effect.exit(bind(key, "a", first)), Effect.exit(bind(key, "a", second))], {
            concurrency: "unbounded"
          })
        )
        const holders = ask(
          (sql) => sql<Array<{ holders: number }>>`
            select (answer ->> 'holders')::int as holders from idempotency_keys where key = ${key}`
        )
        yield* Effect.repeat(holders, { until: ([row]) => row?.holders === 2 })
        yield* Deferred.succeed(gates[winner === 0 ? 0 : 1], undefined)
        yield* Deferred.succeed(gates[winner === 0 ? 1 : 0], undefined)
        const [kept, failed] = yield* Fiber.join(twins)
        assert.deepStrictEqual([kept._tag, failed._tag], ["Success", "Failure"])
        assert.isFalse(yield* isFree(key))
      })
    )
  )

  it.effect("frees the key where all have failed, and after it for another request", () =>
    Effect.gen(function* () {
      const key = randomUUID()
      const failing = Effect.exit(bind(key, "a", Effect.fail("refused")))
      yield* Effect.all([failing, failing, failing], { concurrency: "unbounded" })
      assert.isTrue(yield* isFree(key))
      // Now it is the other's.
      assert.strictEqual((yield* Effect.exit(bind(key, "a", Effect.succeed("late"))))._tag, "Failure")
    })
  )

  it.effect("is held for its request by one whose process died, and so are its repetitions", () =>
    Effect.gen(function* () {
      const key = randomUUID()
      yield* IdempotencyRepository.use((repository) => repository.claim(requestOf(key, "a")))
      assert.isFalse(yield* isFree(key))
      assert.strictEqual(yield* bind(key, "a", Effect.succeed("again")), "again")
      yield* Effect.exit(bind(key, "a", Effect.fail("refused")))
      assert.isFalse(yield* isFree(key))
    })
  )
})
