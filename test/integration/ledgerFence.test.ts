/** What an older ledger refuses, each by the statement itself. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { WorkerId } from "#schemas/Ids.ts"
import { afterAttempt } from "#src/domain/fate.ts"
import { seqBeyond } from "#src/domain/ledgerClock.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { LedgerClockRepository } from "#src/repositories/LedgerClockRepository.ts"
import { LedgerFence } from "#src/repositories/LedgerFence.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { MaintenanceRepository } from "#src/repositories/MaintenanceRepository.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { sampleAttempt } from "#test/support/jobs.ts"
import { ledgerLayer, plant, readyJob, rowOf } from "#test/support/ledger.ts"

const worker = WorkerId.make(randomUUID())

/** What is asked of the ledger on behalf of one job that is waiting and one that is being sent. */
const asked = Effect.gen(function* () {
  const [waiting, sending] = [yield* plant(), yield* plant()]
  const ledger = yield* Ledger
  const { lease } = yield* OutboxRepository
  const { alone } = yield* MaintenanceRepository
  yield* ledger.start([readyJob(sending)], worker)
  const sent = afterAttempt({ owner: worker, row: yield* rowOf(sending) }, sampleAttempt({ result: "sent" }))
  const statements: Readonly<Record<string, Effect.Effect<void, LedgerUnreachable>>> = {
    load: Effect.asVoid(ledger.load([waiting])),
    start: Effect.asVoid(ledger.start([readyJob(waiting)], worker)),
    settle: Effect.asVoid(ledger.settle([sent])),
    lease: Effect.asVoid(lease("jobs", 10)),
    maintenance: Effect.asVoid(alone("anything", Effect.void))
  }
  return { statements, ids: [waiting, sending] }
})

layer(ledgerLayer)("a ledger that is older than NATS knows", (it) => {
  it.effect(
    "refuses to load, start, settle, lease and keep house, and goes on when it has been restored",
    () =>
      Effect.gen(function* () {
        const { known, learn } = yield* LedgerFence
        const clocks = yield* LedgerClockRepository
        const { ids, statements } = yield* asked
        const now = yield* clocks.read
        learn({ ...now, seq: now.seq + 5 })
        for (const [name, statement] of Object.entries(statements)) {
          const refused = yield* Effect.flip(statement)
          assert.isTrue(refused.isBehind, name)
        }

        yield* clocks.set(seqBeyond(now, known()))
        assert.deepStrictEqual(
          (yield* Effect.forEach(ids, rowOf)).map(({ status }) => status),
          ["queued", "sending"]
        )
        for (const statement of Object.values(statements)) yield* statement
        assert.deepStrictEqual(
          (yield* Effect.forEach(ids, rowOf)).map(({ status }) => status),
          ["sending", "sent"]
        )
      })
  )

  it.effect("refuses as well where it is another one altogether", () =>
    Effect.gen(function* () {
      const { learn } = yield* LedgerFence
      const { read } = yield* LedgerClockRepository
      const { statements } = yield* asked
      const now = yield* read
      learn({ ledger_id: randomUUID(), seq: 0 })
      for (const statement of Object.values(statements))
        assert.isTrue((yield* Effect.flip(statement)).isBehind)
      learn(now)
    })
  )

  it.effect("knows no less when an older clock is read late", () =>
    Effect.gen(function* () {
      const { known, learn } = yield* LedgerFence
      const ledger_id = randomUUID()
      learn({ ledger_id, seq: 7 })
      learn({ ledger_id, seq: 6 })
      assert.deepStrictEqual(known(), { ledger_id, seq: 7 })
      learn(yield* LedgerClockRepository.use(({ read }) => read))
    })
  )

  it.effect("never sets its clock back", () =>
    Effect.gen(function* () {
      const { read, set } = yield* LedgerClockRepository
      const { seq } = yield* set(1000)
      assert.strictEqual(seq, 1000)
      assert.strictEqual((yield* set(3)).seq, 1000)
      assert.strictEqual((yield* read).seq, 1000)
    })
  )
})
