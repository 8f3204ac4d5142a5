/** Loaded before a process that is profiled: SIGUSR2 begins, SIGUSR2 or the end of the process writes the profile. */

import { writeFileSync } from "node:fs"
import { Session } from "node:inspector"

/** A microsecond profile of a second has five thousand samples. */
const interval_us = 200

const session = new Session()
let isRunning = false

const begin = (): void => {
  session.connect()
  session.post("Profiler.enable")
  session.post("Profiler.setSamplingInterval", { interval: interval_us })
  session.post("Profiler.start")
  isRunning = true
}

const end = (): void => {
  if (!isRunning) return
  isRunning = false
  session.post("Profiler.stop", (error, { profile }) => {
    if (error === null)
      writeFileSync(process.env["BENCH_PROFILE"] ?? "bench.cpuprofile", JSON.stringify(profile))
  })
}

process.on("SIGUSR2", () => (isRunning ? end() : begin()))
process.on("exit", end)
// Whoever started it has heard its answer and is in a hurry.
process.on("SIGTERM", () => process.exit(0))
