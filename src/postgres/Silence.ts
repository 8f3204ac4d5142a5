/**
 * A server that keeps its connections and never answers: noticed by the calls that wait, and its connections are cut,
 * which fails whatever waits on them. Without it a frozen server, or a router that forgot us, would hold them for ever.
 */

import { connect, type Socket } from "node:net"

/** Where the client wants to go; of several hosts the next one at each attempt. */
export interface Address {
  readonly host: ReadonlyArray<string>
  readonly port: ReadonlyArray<number>
  /** A Unix socket, which goes first. */
  readonly path?: string | false
}

interface Line {
  /** Read from it by the last look. */
  bytes: number
  /** Looks since it was made or last said something. */
  quiet: number
}

/**
 * Time is counted in looks, one a second, not by a clock: a process that was frozen itself wakes up to answers that wait
 * to be read, and must not take its own absence for the server's.
 */
export class Silence {
  readonly #lines = new Map<Socket, Line>()
  readonly #calls = new Set<{ looks: number }>()
  readonly #patience: number
  #attempts = 0

  /** `patience`: looks without an answer to a call before the silent connections are cut. */
  constructor(patience: number) {
    this.#patience = patience
  }

  /** A connection to be watched, on its way already. */
  readonly connect = ({ host, path, port }: Address): Socket => {
    const turn = this.#attempts++
    const to = { host: host[turn % host.length] ?? "", port: port[turn % port.length] ?? 0 }
    // The client reads the name from it, for TLS.
    const socket = Object.assign(connect(typeof path === "string" ? { path } : to), to)
    this.#lines.set(socket, { bytes: 0, quiet: 0 })
    return socket.once("close", () => this.#lines.delete(socket))
  }

  /** A call that the server, where it lives, answers within the patience; to be told when it has. */
  readonly ask = (): (() => void) => {
    const call = { looks: 0 }
    this.#calls.add(call)
    return () => void this.#calls.delete(call)
  }

  /** To be called every second. */
  look(): void {
    for (const [socket, line] of this.#lines) {
      line.quiet = socket.bytesRead === line.bytes ? line.quiet + 1 : 0
      line.bytes = socket.bytesRead
    }
    let oldest = 0
    for (const call of this.#calls) oldest = Math.max(oldest, ++call.looks)
    if (oldest >= this.#patience) this.#cutSilent()
  }

  /** Idle ones too: nobody knows of them whether they are alive. */
  #cutSilent(): void {
    for (const [socket, { quiet }] of this.#lines) if (quiet >= this.#patience - 1) socket.resetAndDestroy()
  }
}
