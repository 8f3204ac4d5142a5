/** What dead workers were sending: found, judged and given on. */

import { Clock, Context, Effect, Layer, Metric, Option } from "effect"

import { afterWorkerDied } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { observe, type Observations, silentOnes } from "#src/domain/liveness.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { MaintenanceRepository } from "#src/repositories/MaintenanceRepository.ts"
import { WorkerRepository } from "#src/repositories/WorkerRepository.ts"

import { countDeliveries } from "./metrics/deliveries.ts"
import { OpenWork } from "./OpenWork.ts"
import { Workers } from "./Workers.ts"

const recovered = Metric.counter("carillon_recovered_messages_total", {
  description: "Messages that a dead worker was sending, settled by this process"
})

const takenForDead = Metric.counter("carillon_dead_workers_total", {
  description: "Processes that this one has taken for dead"
})

/** Rows in one settle. */
const rowsAtOnce = 500

export class Recovery extends Context.Service<
  Recovery,
  {
    /** Looks at everyone's beat and marks dead who has been silent too long. To be repeated every few seconds. */
    readonly observe: Effect.Effect<void, LedgerUnreachable>
    /**
     * Settles all rows whose owners are dead or absent, a commit a step, and answers how many; then the dead are forgotten.
     * Another process that is at it is left to it.
     */
    readonly recover: Effect.Effect<number, LedgerUnreachable>
    /** Whether someone died whose rows have not been recovered yet. */
    readonly isNeeded: Effect.Effect<boolean, LedgerUnreachable>
  }
>()("carillon/services/Recovery") {
  static readonly layer = Layer.effect(
    Recovery,
    Effect.gen(function* () {
      const repository = yield* WorkerRepository
      const ledger = yield* Ledger
      const { alone } = yield* MaintenanceRepository
      const workers = yield* Workers
      const work = yield* OpenWork
      // A counter that begins at its first event hides that event from who watches its increase.
      yield* Effect.all([Metric.update(recovered, 0), Metric.update(takenForDead, 0)], { discard: true })
      let observations: Observations = new Map()
      let ownBeat_ms: number | null = null

      /** Time counts only between own beats that succeeded: an outage of Postgres kills nobody. */
      const look = Effect.gen(function* () {
        const beat_ms = workers.lastBeat()
        if (beat_ms === null || beat_ms === ownBeat_ms) return
        const step_ms = ownBeat_ms === null ? 0 : beat_ms - ownBeat_ms
        observations = observe(observations, yield* repository.living, step_ms)
        ownBeat_ms = beat_ms
        const silent = silentOnes(observations)
        if (silent.length === 0) return
        yield* Effect.logWarning("workers are silent: taken for dead", {
          "workers.dead": silent.map(({ worker_id }) => worker_id)
        })
        yield* repository.markDead(silent)
        yield* Metric.update(takenForDead, silent.length)
      })

      const settleSome = Effect.gen(function* () {
        const lost = yield* ledger.lost(rowsAtOnce)
        const now = toInstant(yield* Clock.currentTimeMillis)
        const settlements = lost.map((row) => afterWorkerDied(row, row.worker, now))
        const settled = lost.length > 0 ? yield* ledger.settle(settlements) : []
        if (settled.length === 0) yield* repository.forgetDead
        return { settlements, settled }
      })

      /** Counted, and said to the relay, when it is committed. */
      const recoverSome = Effect.gen(function* () {
        const done = yield* alone("recover", settleSome)
        if (Option.isNone(done) || done.value.settled.length === 0) return 0
        const { settled, settlements } = done.value
        yield* countDeliveries(settlements, settled)
        yield* Metric.update(recovered, settled.length)
        work.ring("jobs", "outcomes", "dead_letters")
        return settled.length
      })

      const recover = Effect.gen(function* () {
        let total = 0
        let some = yield* recoverSome
        while (some > 0) {
          total += some
          some = yield* recoverSome
        }
        if (total > 0)
          yield* Effect.logInfo("recovered what dead workers were sending", { "recovery.rows": total })
        return total
      })

      return Recovery.of({
        observe: look,
        recover,
        isNeeded: repository.isSomeoneDead
      })
    })
  )
}
