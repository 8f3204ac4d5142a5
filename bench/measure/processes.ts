/** What Linux says of processes: CPU time and peak memory. Elsewhere: nothing. */

import { readdirSync, readFileSync } from "node:fs"

/** Of the kernel's clock, on every Linux there is. */
const ticksPerSecond = 100

interface Times {
  readonly parent: number
  /** User and system time of the process and of its children that have ended. */
  readonly ticks: number
}

const readTimes = (pid: number): Times => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { parent: Number(fields[1]), ticks }
  } catch {
    return { parent: 0, ticks: 0 }
  }
}

const allPids = (): ReadonlyArray<number> =>
  readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))

/** Seconds of CPU that the process and its children, such as Postgres' backends, have used so far. */
export const cpuSeconds = (pid: number): number => {
  if (process.platform !== "linux") return Number.NaN
  const children = allPids()
    .map(readTimes)
    .filter(({ parent }) => parent === pid)
  const all = [readTimes(pid), ...children]
  return all.reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond
}

/** The most memory that the process has held, in bytes. */
export const peakBytes = (pid: number): number => {
  if (process.platform !== "linux") return Number.NaN
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))
  return Number(peak?.[1] ?? Number.NaN) * 1024
}
