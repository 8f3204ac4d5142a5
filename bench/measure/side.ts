/** A process of the bench as it sees itself: what it is given, and how it answers whoever started it. */

import { type Answer, defaultSettings, type Sample, type Settings } from "./Sample.ts"

const given: unknown = JSON.parse(process.env["BENCH"] ?? "{}")

export const settings: Settings = { ...defaultSettings, ...(typeof given === "object" && given) }

const say = (said: Answer, then: () => void): void => {
  process.send?.(said, then)
}

/** It serves; where it listens. */
export const ready = (port = 0): void => say({ kind: "ready", port }, () => undefined)

/** Its last word. */
export const answer = (sample: Sample): void => say({ kind: "sample", sample }, () => process.exit(0))

/** The last word of one that only prepares. */
export const done = (): void =>
  answer({ count: 0, seconds: 0, ownCpu: 0, serverCpu: {}, peak_bytes: 0, latencies: [] })
