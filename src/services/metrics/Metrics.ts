/** What a scrape shows: this process's own counters, and what it reads of the ledger and the streams. */

import { Clock, Context, Duration, Effect, Fiber, Layer, Metric, Option, Schedule } from "effect"
import { PrometheusMetrics } from "effect/observability"

import { type Incompatible } from "#src/nats/errors.ts"
import { Streams, type StreamsError } from "#src/nats/Streams.ts"
import { makeGaugeSet, type Sample } from "#src/observability/gaugeSet.ts"
import { Spans } from "#src/observability/spans.ts"
import { FigureRepository } from "#src/repositories/FigureRepository.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"
import { type StreamDefinition } from "#streams/StreamDefinition.ts"

import { balanceSamples, workSamples } from "./ledgerFigures.ts"
import { readStreams } from "./streamFigures.ts"

/** A reading serves all who scrape meanwhile. */
const keptFor_ms = 5000

/** A scraper is answered after this with what is known; the reading goes on. */
const patience = Duration.seconds(2)

const up = Metric.gauge("carillon_up", {
  description: "Whether the dependency answered the last reading: 1 or 0"
})

interface Source {
  /** Whose `carillon_up` it decides; none where it may take long though the server is well. */
  readonly dependency?: "postgres" | "nats"
  readonly read: Effect.Effect<ReadonlyArray<Sample>, Incompatible | LedgerUnreachable | StreamsError>
}

/** One reading at a time, whoever asks. A failed one takes its gauges away: a number that nobody has read is none. */
const makeReader = Effect.fnUntraced(function* ({ dependency, read }: Source) {
  const scope = yield* Effect.scope
  const show = yield* makeGaugeSet
  const showUp = (value: 0 | 1) =>
    dependency === undefined ? Effect.void : Metric.update(Metric.withAttributes(up, { dependency }), value)
  let readAt_ms = Number.NEGATIVE_INFINITY
  let running: Fiber.Fiber<void> | undefined

  const readOnce = read.pipe(
    Effect.tap((samples) => Effect.andThen(show(samples), showUp(1))),
    Effect.catchCause((cause) =>
      Effect.all([Effect.logDebug("figures cannot be read", cause), show([]), showUp(0)], {
        discard: true
      })
    ),
    Effect.asVoid
  )

  const start = Effect.gen(function* () {
    const fiber = yield* Effect.forkIn(readOnce, scope)
    running = fiber
    fiber.addObserver(() => {
      running = undefined
    })
    return fiber
  })

  const refresh = Effect.gen(function* () {
    const now_ms = yield* Clock.currentTimeMillis
    if (running === undefined && now_ms - readAt_ms < keptFor_ms) return
    if (running === undefined) readAt_ms = now_ms
    const answered = yield* Effect.timeoutOption(Fiber.await(running ?? (yield* start)), patience)
    if (Option.isNone(answered)) yield* Effect.andThen(show([]), showUp(0))
  })
  return { refresh }
})

export class Metrics extends Context.Service<
  Metrics,
  {
    /**
     * In Prometheus' text format. Never fails, and takes two seconds at most: what depends on a server that does not
     * answer is left out, and `carillon_up` of it is 0.
     */
    readonly exposition: Effect.Effect<string>
  }
>()("carillon/services/metrics/Metrics") {
  static readonly layerOf = (
    streams: ReadonlyArray<StreamDefinition>,
    consumers: ReadonlyArray<ConsumerDefinition>
  ) =>
    Layer.effect(
      Metrics,
      Effect.gen(function* () {
        const figures = yield* FigureRepository
        const service = yield* Streams
        const work = Effect.gen(function* () {
          return workSamples([...(yield* figures.work), ...(yield* figures.ages)])
        })
        const readers = yield* Effect.forEach(
          [
            { dependency: "postgres", read: work },
            { read: Effect.map(figures.balance, balanceSamples) },
            {
              dependency: "nats",
              read: Effect.provideService(readStreams(streams, consumers), Streams, service)
            }
          ] satisfies ReadonlyArray<Source>,
          makeReader
        )
        const refresh = Effect.forEach(readers, ({ refresh }) => refresh, {
          concurrency: "unbounded",
          discard: true
        })
        const exposition = Effect.andThen(refresh, PrometheusMetrics.format())
        // Who is sent the metrics does not come for them.
        if (Option.isSome(yield* Spans))
          yield* Effect.forkScoped(Effect.repeat(refresh, Schedule.spaced("10 seconds")))
        return Metrics.of({ exposition })
      })
    )
}
