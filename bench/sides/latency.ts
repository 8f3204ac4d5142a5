/** G3: what the sides share. The instant of publication travels in the job; every process has the same clock. */

import { setInterval } from "node:timers"

import { jobOf } from "../measure/jobs.ts"
import { Meter } from "../measure/Meter.ts"
import { answer, ready, settings } from "../measure/side.ts"

/** 50 a second. */
const interval_ms = 20

/** For as long as it lives. */
export const publishSteadily = (publish: (job: ReturnType<typeof jobOf>) => Promise<unknown>): void => {
  let n = 0
  setInterval(() => {
    publish(jobOf(n++, { published_ns: String(process.hrtime.bigint()) })).catch((error: unknown) => {
      process.stderr.write(`not published: ${String(error)}\n`)
    })
  }, interval_ms)
}

/** Takes the time of every job after the first `warm`, and answers after `count`. */
export const makeTiming = () => {
  const meter = new Meter(settings)
  let seen = 0
  ready()
  return (publishedNs: unknown): void => {
    const late_ms = Number(process.hrtime.bigint() - BigInt(String(publishedNs))) / 1e6
    if (seen === settings.warm) meter.begin()
    if (seen >= settings.warm) meter.time(late_ms)
    if (++seen === settings.count) answer(meter.end(settings.count - settings.warm))
  }
}

/** The instant in what was parsed from JSON. */
export const publishedNsOf = (job: unknown): unknown =>
  typeof job === "object" &&
  job !== null &&
  "data" in job &&
  typeof job.data === "object" &&
  job.data !== null &&
  "published_ns" in job.data
    ? job.data.published_ns
    : 0
