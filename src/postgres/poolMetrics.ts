/** How busy the connections to Postgres are, looked at when somebody asks. */

import { Effect, Metric } from "effect"

import { pulledGauge } from "#src/observability/pulledMetric.ts"

import { type Turns } from "./Turns.ts"

const connections = Metric.gauge("carillon_postgres_connections", {
  description:
    "Connections that this process may hold, busy or free: prompt ones for messages, patient ones for lists, upkeep"
})

const waiting = Metric.gauge("carillon_postgres_waiting", {
  description: "Statements and transactions that wait for a connection"
})

/** Until the scope ends. */
export const showPool = (pool: string, turns: Turns) =>
  Effect.all(
    [
      pulledGauge(Metric.withAttributes(connections, { pool, state: "free" }), () => turns.free),
      pulledGauge(Metric.withAttributes(connections, { pool, state: "busy" }), () => turns.busy),
      pulledGauge(Metric.withAttributes(waiting, { pool }), () => turns.waiting)
    ],
    { discard: true }
  )
