/** From the samples of a side to the figures that are shown. */

import { type Sample } from "./Sample.ts"

export interface Medians {
  readonly runs: number
  /** Pieces of work a second: of all runs, the least and the most. */
  readonly rate: number
  readonly slowest: number
  readonly fastest: number
  readonly p50_ms: number | null
  readonly p99_ms: number | null
  /** Seconds per 10,000. */
  readonly ownCpu: number
  readonly serverCpu: Readonly<Record<string, number>>
  readonly peak_bytes: number
}

/** The middle one; of an even number the lower of the two. */
const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN

/** @param share in [0, 1] */
const quantile = (sorted: ReadonlyArray<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

const latency = (samples: ReadonlyArray<Sample>, share: number): number | null => {
  const timed = samples.filter(({ latencies }) => latencies.length > 0)
  return timed.length === 0
    ? null
    : median(
        timed.map(({ latencies }) =>
          quantile(
            latencies.toSorted((a, b) => a - b),
            share
          )
        )
      )
}

export const mediansOf = (samples: ReadonlyArray<Sample>): Medians => {
  const rates = samples.map(({ count, seconds }) => count / seconds)
  const servers = Object.keys(samples[0]?.serverCpu ?? {})
  return {
    runs: samples.length,
    rate: median(rates),
    slowest: Math.min(...rates),
    fastest: Math.max(...rates),
    p50_ms: latency(samples, 0.5),
    p99_ms: latency(samples, 0.99),
    ownCpu: median(samples.map(({ ownCpu }) => ownCpu)),
    serverCpu: Object.fromEntries(
      servers.map((name) => [name, median(samples.map(({ serverCpu }) => serverCpu[name] ?? 0))])
    ),
    peak_bytes: median(samples.map(({ peak_bytes }) => peak_bytes))
  }
}
