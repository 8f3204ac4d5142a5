/** Whether a process takes no more at the end of a long calm than it did when it had warmed up. */

import { type Sample } from "./Evidence.ts"

/** Caches and heaps breathe; what leaks grows by more. */
const mostGrowth = 1.3
const mostGrowth_bytes = 30 * 1024 * 1024
const mostDescriptors = 10

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0

export interface Growth {
  readonly process: string
  /** Medians of the second and of the last fifth of the time. */
  readonly memory_bytes: readonly [number, number]
  readonly descriptors: readonly [number, number]
  readonly isFlat: boolean
}

/** One for each process that was looked at, by its name. */
export const growthOf = (samples: ReadonlyArray<Sample>): ReadonlyArray<Growth> => {
  const end_ms = Math.max(...samples.map(({ at_ms }) => at_ms))
  const fifth = (number: number, process: string) =>
    samples.filter(
      (sample) =>
        sample.process === process &&
        sample.at_ms >= (end_ms * (number - 1)) / 5 &&
        sample.at_ms <= (end_ms * number) / 5
    )
  return [...new Set(samples.map(({ process }) => process))].map((process) => {
    const [early, late] = [fifth(2, process), fifth(5, process)]
    const of = (key: "descriptors" | "memory_bytes") =>
      [median(early.map((sample) => sample[key])), median(late.map((sample) => sample[key]))] as const
    const [memory, descriptors] = [of("memory_bytes"), of("descriptors")]
    const isFlat =
      memory[1] <= memory[0] * mostGrowth + mostGrowth_bytes &&
      descriptors[1] <= descriptors[0] + mostDescriptors
    return { process, memory_bytes: memory, descriptors, isFlat }
  })
}
