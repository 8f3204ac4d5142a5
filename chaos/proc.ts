/** What Linux says of processes: children, memory, descriptors. */

import { readdirSync, readFileSync } from "node:fs"

/** Empty where there is no such process any more. */
const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8")
  } catch {
    return ""
  }
}

const numberIn = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(text)?.[1] ?? 0)

export const childrenOf = (parent: number): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => numberIn(read(pid, "status"), "PPid") === parent)

/** The processes of a Postgres that serve a connection over TCP. */
export const backendsOf = (postmaster: number): ReadonlyArray<number> =>
  childrenOf(postmaster).filter((pid) => /^postgres: \S+ \S+ 127\.0\.0\.1/.test(read(pid, "cmdline")))

/** Resident, shared pages included. */
export const memoryOf_bytes = (pid: number): number => numberIn(read(pid, "status"), "VmRSS") * 1024

export const descriptorsOf = (pid: number): number => {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}
