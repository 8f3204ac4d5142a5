/** A wire between the engine and a server, in plain `node:net`: it passes everything on until it is given trouble. */

import { createServer, connect, type Server, type Socket } from "node:net"
import { clearInterval, setInterval } from "node:timers"
import { setTimeout as pause } from "node:timers/promises"

import { Effect } from "effect"

import { type WireTrouble } from "./Fault.ts"

const latency_ms = 80
const slice_bytes = 40
const resetEvery_ms = 300

/** Two sockets, one to each side. */
interface Pair {
  readonly near: Socket
  readonly far: Socket
  /** Nothing will ever pass again, and neither side is told. */
  silent: boolean
}

export class Wire {
  readonly #pairs = new Set<Pair>()
  readonly #server: Server
  #trouble: WireTrouble | undefined
  #resets: NodeJS.Timeout | undefined

  constructor(target: number) {
    this.#server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true })
      const pair: Pair = { near, far, silent: this.#trouble === "silence" }
      this.#pairs.add(pair)
      this.#join(pair, near, far)
      this.#join(pair, far, near)
    })
  }

  get server(): Server {
    return this.#server
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === "object" && address !== null ? address.port : 0
  }

  /** From now on, until `heal`. */
  give(trouble: WireTrouble): void {
    this.#trouble = trouble
    if (trouble === "silence") for (const pair of this.#pairs) pair.silent = true
    // @effect-diagnostics-next-line globalTimers:off -- no fiber in a proxy
    if (trouble === "resets") this.#resets = setInterval(() => this.reset(), resetEvery_ms)
  }

  /** New connections are as they should be; those that fell silent stay so, like a flow that a router has forgotten. */
  heal(): void {
    this.#trouble = undefined
    clearInterval(this.#resets)
  }

  /** Cuts every connection with RST. */
  reset(): void {
    for (const { far, near } of this.#pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
    this.#pairs.clear()
  }

  close(): void {
    this.heal()
    this.reset()
    this.#server.close()
  }

  #join(pair: Pair, from: Socket, to: Socket): void {
    let turn = Promise.resolve()
    from.setNoDelay(true)
    from.on("error", () => undefined)
    from.on("data", (bytes) => {
      if (pair.silent) return
      const trouble = this.#trouble
      turn = turn.then(() => this.#carry(bytes, to, trouble))
    })
    from.on("end", () => {
      if (!pair.silent) turn = turn.then(() => void to.end())
    })
    from.on("close", (hadError) => {
      if (pair.silent) return
      this.#pairs.delete(pair)
      if (hadError) to.resetAndDestroy()
      else turn = turn.then(() => void to.end())
    })
  }

  #carry(bytes: Buffer, to: Socket, trouble: WireTrouble | undefined): Promise<void> | undefined {
    if (trouble === "latency") return pause(latency_ms).then(() => void to.write(bytes))
    if (trouble !== "slices") return void to.write(bytes)
    for (let at = 0; at < bytes.length; at += slice_bytes) to.write(bytes.subarray(at, at + slice_bytes))
    return undefined
  }
}

/** To a port of 127.0.0.1, for as long as the scope. */
export const makeWire = (target: number) =>
  Effect.acquireRelease(
    Effect.callback<Wire>((resume) => {
      const wire = new Wire(target)
      wire.server.listen(0, "127.0.0.1", () => resume(Effect.succeed(wire)))
    }),
    (wire) => Effect.sync(() => wire.close())
  )
