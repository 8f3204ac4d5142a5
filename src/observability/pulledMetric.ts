/** Metrics whose value somebody has anyway: it is looked at when they are read, and costs nothing else. */

import { Effect, Metric } from "effect"

/** Until the scope ends. `read` may be called at any time, and must not wait. */
const register = <State>(metric: Metric.Metric<number, State>, get: () => State) =>
  Effect.flatMap(Effect.context(), (context) =>
    Effect.acquireRelease(
      Effect.sync(() =>
        Metric.registerUnsafe(metric, context, { get, update: () => undefined, modify: () => undefined })
      ),
      (registration) => Effect.sync(() => registration.remove())
    )
  )

export const pulledGauge = (gauge: Metric.Gauge<number>, read: () => number) =>
  register(gauge, () => ({ value: read() }))

/** `read` never falls. */
export const pulledCounter = (counter: Metric.Counter<number>, read: () => number) =>
  register(counter, () => ({ count: read(), incremental: true }))
