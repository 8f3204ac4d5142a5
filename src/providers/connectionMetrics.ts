/** How many connections to a provider are at work, looked at when somebody asks. */

import { Effect, Metric } from "effect"

import { pulledGauge } from "#src/observability/pulledMetric.ts"

const connections = Metric.gauge("carillon_provider_connections", {
  description: "Connections to the provider that may be used by this process: busy with a message, or free"
})

interface Counted {
  readonly size: number
  readonly free: () => number
}

/** Until the scope ends. */
export const showConnections = (provider: string, { free, size }: Counted) =>
  Effect.all(
    [
      pulledGauge(Metric.withAttributes(connections, { provider, state: "free" }), free),
      pulledGauge(Metric.withAttributes(connections, { provider, state: "busy" }), () => size - free())
    ],
    { discard: true }
  )
