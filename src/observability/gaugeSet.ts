/** Gauges that are read all together from somewhere else: what is not read any more is not shown any more. */

import { Effect, Metric } from "effect"

export interface Sample {
  readonly name: string
  readonly description: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const keyOf = ({ labels, name }: Sample): string => JSON.stringify([name, Object.entries(labels)])

/** Answers how to show a new reading in place of the last one; none of it is shown where there is none. */
export const makeGaugeSet = Effect.map(Effect.context(), (context) => {
  let shown = new Map<string, Metric.Gauge<number>>()

  return (samples: ReadonlyArray<Sample>) =>
    Effect.sync(() => {
      const next = new Map<string, Metric.Gauge<number>>()
      for (const sample of samples) {
        const { description, labels, name, value } = sample
        const gauge = shown.get(keyOf(sample)) ?? Metric.gauge(name, { description, attributes: labels })
        gauge.updateUnsafe(value, context)
        next.set(keyOf(sample), gauge)
      }
      for (const [key, gauge] of shown) if (!next.has(key)) Metric.removeUnsafe(gauge, context)
      shown = next
    })
})
