/** The clock of one run, and what the processes that it watches have used between begin and end. */

import { cpuSeconds, peakBytes } from "./processes.ts"
import { type Sample, type Settings } from "./Sample.ts"

interface Reading {
  readonly at_ns: bigint
  readonly own: number
  readonly servers: Readonly<Record<string, number>>
}

export class Meter {
  readonly #own: ReadonlyArray<number>
  readonly #servers: Settings["servers"]
  readonly #isProfiled: boolean
  readonly #latencies: Array<number> = []
  #begun: Reading | undefined

  constructor({ isProfiled, own, servers }: Settings) {
    this.#own = own.length === 0 ? [process.pid] : own
    this.#servers = servers
    this.#isProfiled = isProfiled
  }

  begin(): void {
    this.#toggleProfile()
    this.#begun = this.#read()
  }

  /** Of one piece of work, in milliseconds. */
  time(latency_ms: number): void {
    this.#latencies.push(latency_ms)
  }

  /** @param count pieces of work since `begin` */
  end(count: number): Sample {
    const to = this.#read()
    this.#toggleProfile()
    const from = this.#begun ?? to
    const per10k = (used: number): number => (used / count) * 10_000
    return {
      count,
      seconds: Number(to.at_ns - from.at_ns) / 1e9,
      ownCpu: per10k(to.own - from.own),
      serverCpu: Object.fromEntries(
        Object.entries(to.servers).map(([name, used]) => [name, per10k(used - (from.servers[name] ?? 0))])
      ),
      peak_bytes: Math.max(...this.#own.map(peakBytes)),
      latencies: this.#latencies
    }
  }

  #toggleProfile(): void {
    if (this.#isProfiled) for (const pid of this.#own) process.kill(pid, "SIGUSR2")
  }

  #read(): Reading {
    return {
      at_ns: process.hrtime.bigint(),
      own: this.#own.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
      servers: Object.fromEntries(Object.entries(this.#servers).map(([name, pid]) => [name, cpuSeconds(pid)]))
    }
  }
}
