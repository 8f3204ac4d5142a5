/** All jobs of a batch, in groups: each as large as there are free connections, one start at a time in a process. */

import { Clock, Effect, Queue, Semaphore } from "effect"

import { type Draining } from "./Draining.ts"
import { allLaunched, type Batch, type Launchpad, type makeLaunch, type Ready } from "./launch.ts"

/** What was loaded longer ago is loaded again before it is started. */
const freshness_ms = 5000

interface LaunchSite extends Pick<Launchpad, "provider" | "workers"> {
  readonly draining: Draining["Service"]
  readonly launchGroup: ReturnType<typeof makeLaunch>
}

/** Answers, when all others are launched, those that were not started: too old by now, or the process is stopping. */
export const makeLaunchAll = ({ draining, launchGroup, provider, workers }: LaunchSite) => {
  /** So that connections that become free while a start is under way are used together, by whichever batch. */
  const oneStart = Semaphore.makeUnsafe(1)

  /** Answers how many had a connection; 0 where nothing may be started any more. */
  const launchSome = Effect.fnUntraced(function* (
    ready: ReadonlyArray<Ready>,
    loadedAt_ms: number,
    batch: Batch
  ) {
    const connections = yield* provider.reserve(ready.length)
    const isStale = (yield* Clock.currentTimeMillis) - loadedAt_ms > freshness_ms
    if (isStale || draining.hasBegun()) {
      provider.release(connections)
      return 0
    }
    yield* launchGroup(ready.slice(0, connections), batch)
    return connections
  })

  return Effect.fnUntraced(function* (ready: ReadonlyArray<Ready>, loadedAt_ms: number, batch: Batch) {
    let next = 0
    while (next < ready.length) {
      yield* Effect.raceFirst(workers.awaitTrust, draining.awaitBegin)
      const launched = yield* oneStart.withPermit(launchSome(ready.slice(next), loadedAt_ms, batch))
      if (launched === 0) break
      next += launched
    }
    Queue.offerUnsafe(batch.ended, allLaunched)
    return ready.slice(next).map(({ row }) => row.message_id)
  })
}
