/** This process among the others: its identity, and the beat by which they know that it lives. */

import { randomUUID } from "node:crypto"
import { hostname } from "node:os"

import { Clock, Context, Duration, Effect, Layer, Schedule } from "effect"

import { WorkerId } from "#schemas/Ids.ts"
import { watchLoop } from "#src/observability/Loops.ts"
import { WorkerRepository } from "#src/repositories/WorkerRepository.ts"

const interval = Duration.seconds(2)
/** After a beat that failed: others wait for this one. */
const intervalWithoutLedger = Duration.millis(500)

/** Well before others take us for dead, at 15 s. */
const trusted_ms = 10_000

const draw = Effect.sync(() => WorkerId.make(randomUUID()))

export class Workers extends Context.Service<
  Workers,
  {
    /** Whose name to start under, now. It changes when others have taken us for dead. */
    readonly current: () => WorkerId
    /** Whether what `worker` started may still go on: it is us, and our last beat is younger than 10 s. */
    readonly mayProceed: (worker: WorkerId) => boolean
    /** Returns when what is started now may go on. */
    readonly awaitTrust: Effect.Effect<void>
    /** When the last own beat succeeded, in milliseconds of the monotonic clock; none yet: null. */
    readonly lastBeat: () => number | null
  }
>()("carillon/services/Workers") {
  static readonly layerOf = (role: string) =>
    Layer.effect(
      Workers,
      Effect.gen(function* () {
        const repository = yield* WorkerRepository
        const clock = yield* Clock.Clock
        const monotonic_ms = () => Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)
        let current = yield* draw
        let registered = false
        let lastBeat: number | null = null

        const beatOnce = Effect.gen(function* () {
          const begun = monotonic_ms()
          if (!registered) {
            yield* repository.register({ worker_id: current, role, host: hostname(), pid: process.pid })
            registered = true
          }
          if (yield* repository.beat(current)) {
            lastBeat = begun
            return
          }
          yield* Effect.logWarning("taken for dead: going on under a new name", { "worker.id": current })
          current = yield* draw
          registered = false
          // Nobody knows the new name yet: what is started under it now would be taken for a dead worker's.
          lastBeat = null
        })

        yield* Effect.addFinalizer(() =>
          Effect.ignore(Effect.timeoutOption(repository.deregister(current), "2 seconds"))
        )
        const loop = yield* watchLoop("beat", interval)
        yield* loop.turn(beatOnce).pipe(
          Effect.as(interval),
          Effect.catchCause((cause) => Effect.as(Effect.logWarning("no beat", cause), intervalWithoutLedger)),
          Effect.flatMap(Effect.sleep),
          Effect.forever,
          Effect.forkScoped
        )

        const mayProceed = (worker: WorkerId) =>
          worker === current && lastBeat !== null && monotonic_ms() - lastBeat < trusted_ms

        return Workers.of({
          current: () => current,
          mayProceed,
          awaitTrust: Effect.suspend(() =>
            mayProceed(current) ? Effect.void : Effect.fail("not yet" as const)
          ).pipe(Effect.retry(Schedule.spaced("200 millis")), Effect.orDie),
          lastBeat: () => lastBeat
        })
      })
    )
}
