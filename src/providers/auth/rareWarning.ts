/** A warning that is worth saying, but not once a batch. */

import { Clock, Effect } from "effect"

const interval_ms = 60_000

/** Says each different warning at most once a minute. There must be only a few different ones: all are kept. */
export const makeRareWarning = () => {
  const saidAt = new Map<string, number>()
  return Effect.fnUntraced(function* (message: string, details: Readonly<Record<string, string | number>>) {
    const key = [message, ...Object.values(details)].join(" ")
    const now = yield* Clock.currentTimeMillis
    if (now - (saidAt.get(key) ?? Number.NEGATIVE_INFINITY) < interval_ms) return
    saidAt.set(key, now)
    yield* Effect.logWarning(message, details)
  })
}
