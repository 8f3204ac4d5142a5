/** Starts that are taken back, and who is alive to have made them. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { WorkerId } from "#schemas/Ids.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { WorkerRepository } from "#src/repositories/WorkerRepository.ts"
import { ledgerLayer, plant, readyJob, rowOf } from "#test/support/ledger.ts"

layer(ledgerLayer)("Ledger.giveBack", (it) => {
  const worker = WorkerId.make(randomUUID())
  const other = WorkerId.make(randomUUID())

  it.effect("undoes a start whose answer was lost, and nothing else", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const id = yield* plant({ attempt: 1, status: "retrying" })
      yield* ledger.start([readyJob(id, 1)], worker)
      assert.deepStrictEqual(yield* ledger.giveBack([readyJob(id, 1)], other), new Set())
      assert.deepStrictEqual(yield* ledger.giveBack([readyJob(id, 0)], worker), new Set())
      assert.deepInclude(yield* rowOf(id), { status: "sending", attempt: 2, worker })
      assert.deepStrictEqual(yield* ledger.giveBack([readyJob(id, 1)], worker), new Set([id]))
      assert.deepInclude(yield* rowOf(id), { status: "queued", attempt: 1, worker: null })
      assert.deepStrictEqual(yield* ledger.giveBack([readyJob(id, 1)], worker), new Set())
    })
  )

  it.effect("does nothing to what was never started, or is settled", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const waiting = yield* plant()
      const sent = yield* plant({ status: "sent", attempt: 1, worker })
      assert.deepStrictEqual(yield* ledger.giveBack([readyJob(waiting), readyJob(sent)], worker), new Set())
      assert.deepStrictEqual(yield* ledger.giveBack([], worker), new Set())
      assert.strictEqual((yield* rowOf(sent)).status, "sent")
    })
  )

  it.effect("lets the job be started again at the same attempt", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const id = yield* plant()
      yield* ledger.start([readyJob(id)], worker)
      yield* ledger.giveBack([readyJob(id)], worker)
      const [again] = yield* ledger.start([readyJob(id)], worker)
      assert.deepInclude(again ?? {}, { judgement: "sending", attempt: 1 })
    })
  )
})

layer(ledgerLayer)("WorkerRepository", (it) => {
  const register = Effect.fnUntraced(function* () {
    const worker_id = WorkerId.make(randomUUID())
    yield* WorkerRepository.use((workers) => workers.register({ worker_id, role: "test", host: "h", pid: 1 }))
    return worker_id
  })

  it.effect("lets a living worker's beat rise, and no dead one's", () =>
    Effect.gen(function* () {
      const workers = yield* WorkerRepository
      const worker_id = yield* register()
      assert.isTrue(yield* workers.beat(worker_id))
      assert.isTrue(yield* workers.beat(worker_id))
      assert.deepInclude(yield* workers.living, { worker_id, beat: 2 })
      yield* workers.markDead([{ worker_id, beat: 1 }])
      assert.isTrue(yield* workers.beat(worker_id), "its beat had risen since")
      yield* workers.markDead([{ worker_id, beat: 3 }])
      assert.isFalse(yield* workers.beat(worker_id))
      assert.isTrue(yield* workers.isSomeoneDead)
      yield* workers.register({ worker_id, role: "test", host: "h", pid: 1 })
      assert.isFalse(yield* workers.beat(worker_id), "death is final")
      yield* workers.forgetDead
      assert.isFalse(yield* workers.isSomeoneDead)
      assert.isFalse(yield* workers.beat(worker_id))
    })
  )

  it.effect("forgets who leaves in order", () =>
    Effect.gen(function* () {
      const workers = yield* WorkerRepository
      const worker_id = yield* register()
      yield* workers.deregister(worker_id)
      assert.notInclude(
        (yield* workers.living).map((one) => one.worker_id),
        worker_id
      )
      assert.isFalse(yield* workers.beat(worker_id))
    })
  )
})
