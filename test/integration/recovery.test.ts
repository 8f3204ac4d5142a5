/** What dead workers were sending, and a process that others have taken for dead. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Array, Effect, Layer } from "effect"

import { type JobId, WorkerId } from "#schemas/Ids.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { WorkerRepository } from "#src/repositories/WorkerRepository.ts"
import { Recovery } from "#src/services/Recovery.ts"
import { Workers } from "#src/services/Workers.ts"
import { eventually } from "#test/support/eventually.ts"
import {
  ask,
  forgotten,
  ledgerLayer,
  plant,
  plantExecution,
  readyJob,
  rowOf,
  type Seed
} from "#test/support/ledger.ts"

const recovery = Recovery.layer.pipe(
  Layer.provideMerge(Workers.layerOf("test")),
  Layer.provideMerge(ledgerLayer)
)

/** Planted, and started by the worker. */
const begin = Effect.fnUntraced(function* (worker: WorkerId, seed: Partial<Seed> = {}) {
  const id = yield* plant(seed)
  yield* Ledger.use((ledger) => ledger.start([readyJob(id, seed.attempt ?? 0)], worker))
  return id
})

/** Registered, and marked dead. */
const deadWorker = Effect.gen(function* () {
  const worker_id = WorkerId.make(randomUUID())
  const workers = yield* WorkerRepository
  yield* workers.register({ worker_id, role: "test", host: "h", pid: 1 })
  yield* workers.markDead([{ worker_id, beat: 0 }])
  return worker_id
})

const archivedOf = (id: JobId) =>
  ask(
    (sql) => sql<Array<{ attempt: number; worker: string; result: string; phase: string | null }>>`
      select attempt, worker, result, phase from campaign.delivery_attempts where message_id = ${id} order by attempt`
  )

layer(recovery, { excludeTestServices: true })("Recovery.recover", (it) => {
  it.effect("gives on what the dead were sending, by the class of each message", () =>
    Effect.gen(function* () {
      const service = yield* Recovery
      const dead = yield* deadWorker
      assert.isTrue(yield* service.isNeeded)
      const again = yield* begin(dead)
      const exhausted = yield* begin(dead, { attempt: 4, max_attempts: 5 })
      const held = yield* begin(dead, { message_class: "campaign" })
      const cancelled = yield* begin(dead, { execution_id: yield* plantExecution("cancelled") })
      yield* ask(
        (sql) => sql`
        update campaign.campaign_messages set status = 'sending', attempt = 1, worker = ${dead} where message_id = ${cancelled}`
      )
      assert.strictEqual(yield* service.recover, 4)
      const statuses = yield* Effect.forEach([again, exhausted, held, cancelled], (id) =>
        Effect.map(rowOf(id), ({ status }) => status)
      )
      assert.deepStrictEqual(statuses, ["queued", "dead", "unknown", "cancelled"])
      assert.deepStrictEqual(yield* archivedOf(again), [
        { attempt: 1, worker: dead, result: "unknown", phase: null }
      ])
      assert.isFalse(yield* service.isNeeded)
      assert.strictEqual(yield* service.recover, 0)
      assert.isEmpty(yield* forgotten)
    })
  )

  it.effect("takes up what an absent owner left, and nothing of the living", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      yield* workers.awaitTrust
      const mine = yield* begin(workers.current())
      const absent = yield* begin(WorkerId.make(randomUUID()))
      assert.isFalse(yield* Recovery.use(({ isNeeded }) => isNeeded))
      assert.strictEqual(yield* Recovery.use(({ recover }) => recover), 1)
      assert.strictEqual((yield* rowOf(absent)).status, "queued")
      assert.deepInclude(yield* rowOf(mine), { status: "sending", worker: workers.current() })
    })
  )

  it.effect("goes on until nothing is left, more than fits one statement", () =>
    Effect.gen(function* () {
      const dead = yield* deadWorker
      const ids = yield* Effect.forEach(Array.range(1, 600), () => plant(), { concurrency: 10 })
      yield* Ledger.use((ledger) =>
        ledger.start(
          ids.map((id) => readyJob(id)),
          dead
        )
      )
      assert.strictEqual(yield* Recovery.use(({ recover }) => recover), 600)
      const [left] = yield* ask(
        (sql) => sql<Array<{ count: number }>>`
          select count(*) as count from campaign.campaign_messages where worker = ${dead} and status = 'sending'`
      )
      assert.strictEqual(left?.count, 0)
    })
  )
})

layer(recovery, { excludeTestServices: true })("Workers", (it) => {
  it.effect(
    "go on under a new name when others have taken them for dead, and finish nothing under the old one",
    () =>
      Effect.gen(function* () {
        const workers = yield* Workers
        const repository = yield* WorkerRepository
        yield* workers.awaitTrust
        const before = workers.current()
        assert.isTrue(workers.mayProceed(before))
        yield* repository.markDead((yield* repository.living).filter(({ worker_id }) => worker_id === before))
        const after = yield* eventually(
          "a new name",
          Effect.sync(() => workers.current()),
          {
            holds: (name) => name !== before
          }
        )
        assert.isFalse(workers.mayProceed(before))
        yield* workers.awaitTrust
        assert.isTrue(workers.mayProceed(after))
        assert.include(
          (yield* repository.living).map(({ worker_id }) => worker_id),
          after
        )
      })
  )
})
