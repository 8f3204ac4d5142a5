/** All jobs of a batch, in groups: each as large as connections are free for it, one start at a time in a process. */

import { Clock, Effect, Option, Semaphore } from "effect"

import { type MessageRow } from "#schemas/rows/MessageRow.ts"

import { type Draining } from "./Draining.ts"
import { addressesOf, type Batch, type Launchpad, type makeLaunch, type Ready } from "./launch.ts"

export interface BatchToLaunch {
  readonly ready: ReadonlyArray<Ready>
  readonly loadedAt_ms: number
  /** Whether others wait behind this batch. */
  readonly isCrowded: () => boolean
}

export interface Launched {
  /** Those that were not started. */
  readonly left: ReadonlyArray<MessageRow>
  /** Others wait, and at the connections that these may have nothing moves; else they are too old, or the process stops. */
  readonly isFull: boolean
}

/** What was loaded longer ago is loaded again before it is started. */
const freshness_ms = 5000

/** So long nothing may move at the connections that a domain has, while others wait. */
const stuck_ms = 2000

interface LaunchSite extends Pick<Launchpad, "provider" | "workers"> {
  readonly draining: Draining["Service"]
  readonly launchGroup: ReturnType<typeof makeLaunch>
}

export const makeLaunchAll = ({ draining, launchGroup, provider, workers }: LaunchSite) => {
  /** So that connections that become free while a start is under way are used together, by whichever batch. */
  const oneStart = Semaphore.makeUnsafe(1)

  /** Returns when one of them may have a connection; false where that takes too long for those who wait behind. */
  const awaitRoom = Effect.fnUntraced(function* (
    left: ReadonlyArray<Ready>,
    { isCrowded, loadedAt_ms }: BatchToLaunch
  ) {
    const addresses = addressesOf(left)
    const now_ms = yield* Clock.currentTimeMillis
    const crowded = isCrowded()
    const until_ms = crowded ? provider.movedAt(addresses) + stuck_ms : loadedAt_ms + freshness_ms
    return yield* Effect.raceAllFirst([
      Effect.as(provider.awaitRoom(addresses), true),
      Effect.as(draining.awaitBegin, true),
      Effect.as(Effect.sleep(Math.max(0, until_ms - now_ms)), !crowded)
    ])
  })

  const isTooLate = ({ loadedAt_ms }: BatchToLaunch) =>
    Effect.map(
      Clock.currentTimeMillis,
      (now_ms) => now_ms - loadedAt_ms > freshness_ms || draining.hasBegun()
    )

  /** Those that got no connection; none where nothing of the batch may be started any more. */
  const launchSome = Effect.fnUntraced(function* (
    left: ReadonlyArray<Ready>,
    toLaunch: BatchToLaunch,
    batch: Batch
  ) {
    if (yield* isTooLate(toLaunch)) return Option.none()
    const taken = new Set(provider.take(addressesOf(left)))
    if (taken.size === 0) return Option.some(left)
    yield* launchGroup(
      left.filter((_, position) => taken.has(position)),
      batch
    )
    return Option.some(left.filter((_, position) => !taken.has(position)))
  })

  return Effect.fnUntraced(function* (toLaunch: BatchToLaunch, batch: Batch) {
    let left = toLaunch.ready
    let hasRoom = true
    while (left.length > 0) {
      yield* Effect.raceFirst(workers.awaitTrust, draining.awaitBegin)
      hasRoom = yield* awaitRoom(left, toLaunch)
      if (!hasRoom) break
      const rest = yield* oneStart.withPermit(launchSome(left, toLaunch, batch))
      if (Option.isNone(rest)) break
      left = rest.value
    }
    return { left: left.map(({ row }) => row), isFull: !hasRoom } satisfies Launched
  })
}
