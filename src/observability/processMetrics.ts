/** This process as metrics, by the names that Prometheus' own client libraries give them. */

import { readdirSync } from "node:fs"
import { monitorEventLoopDelay } from "node:perf_hooks"

import { Effect, Layer, Metric, Schedule } from "effect"

import { showLateLoops } from "./Loops.ts"
import { pulledCounter, pulledGauge } from "./pulledMetric.ts"

const cpu = Metric.counter("process_cpu_seconds_total", {
  description: "CPU time of this process, its own and the kernel's for it",
  incremental: true
})
const resident = Metric.gauge("process_resident_memory_bytes", { description: "Memory that it occupies" })
const heap = Metric.gauge("process_heap_bytes", { description: "Of that, what JavaScript uses" })
const descriptors = Metric.gauge("process_open_fds", { description: "Open file descriptors" })
const started = Metric.gauge("process_start_time_seconds", { description: "When it started, since 1970" })
const lag = Metric.gauge("carillon_event_loop_lag_seconds", {
  description: "How late timers were in the last ten seconds, by quantile"
})
const build = Metric.gauge("carillon_build_info", { description: "1, for the version and role that runs" })

const cpuSeconds = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1e6
}

/** Where the system does not tell: none. */
const openDescriptors = (): number | undefined => {
  try {
    return readdirSync("/proc/self/fd").length
  } catch {
    return undefined
  }
}

/** How often the lag is looked at; what the figures are good to. */
const resolution_ms = 20

const quantiles = { "0.5": 50, "0.99": 99, "1": 100 } as const

/** Of the ten seconds before: whoever reads changes nothing for the next. */
const watchEventLoop = Effect.gen(function* () {
  const histogram = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const watching = monitorEventLoopDelay({ resolution: resolution_ms })
      watching.enable()
      return watching
    }),
    (watching) => Effect.sync(() => watching.disable())
  )
  const look = Effect.gen(function* () {
    for (const [quantile, percentile] of Object.entries(quantiles)) {
      const late_ms = Math.max(0, histogram.percentile(percentile) / 1e6 - resolution_ms)
      yield* Metric.update(Metric.withAttributes(lag, { quantile }), late_ms / 1000)
    }
    histogram.reset()
  })
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced("10 seconds")))
})

interface Identity {
  readonly role: string
  readonly version: string
}

export const layer = ({ role, version }: Identity) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const startedAt_seconds = Math.round(performance.timeOrigin) / 1000
      yield* pulledCounter(cpu, cpuSeconds)
      yield* pulledGauge(resident, () => process.memoryUsage.rss())
      yield* pulledGauge(heap, () => process.memoryUsage().heapUsed)
      yield* pulledGauge(started, () => startedAt_seconds)
      if (openDescriptors() !== undefined) yield* pulledGauge(descriptors, () => openDescriptors() ?? 0)
      yield* pulledGauge(
        Metric.withAttributes(build, { version, role, node: process.versions.node }),
        () => 1
      )
      yield* watchEventLoop
      yield* showLateLoops
    })
  )
