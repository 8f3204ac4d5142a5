/**
 * Asks a durable for messages, never for more than there is room for. Plain callbacks, a few requests a batch.
 * The client's own `consume` asks regardless of what is held, and what is in the socket when it stops is lost
 * until the ack wait; a subscription that is drained loses nothing.
 */

import { type Msg } from "@nats-io/transport-node"

/** How long a request waits at the server. The usual 30 s make a changed leader cost 43 s. */
const expiresMillis = 5000

/** The server's sign of life while a request waits and there is nothing. */
export const heartbeatMillis = 1000

const inNanos = (millis: number): number => millis * 1_000_000

/** What a status message means to us. */
type Status =
  | { readonly kind: "alive" }
  /** The request is over; so many of it are not coming. */
  | { readonly kind: "over"; readonly missing: number }
  | { readonly kind: "lost"; readonly why: string }

const readStatus = (code: number, description: string, header: (name: string) => string): Status => {
  if (code === 100) return { kind: "alive" }
  if (code === 404 || code === 408) return { kind: "over", missing: Number(header("Nats-Pending-Messages")) }
  return { kind: "lost", why: `${code} ${description}` }
}

export interface PullerOptions {
  /** Sends a request whose answers come to this puller. */
  readonly send: (request: string) => void
  /** Messages that could be taken now, those asked for included. */
  readonly room: () => number
  /** Most that `room` can be. */
  readonly capacity: number
  readonly onMessage: (message: Msg) => void
  /** The durable is gone, or the server is about to leave: nothing more will come. Told once. */
  readonly onLost: (why: string) => void
}

export class Puller {
  private readonly options: PullerOptions
  private asked = 0
  private heard = true
  private isOver = false

  constructor(options: PullerOptions) {
    this.options = options
  }

  /** Asks for what there is room for, unless that is little and more is on its way. */
  refill(): void {
    const { capacity, room, send } = this.options
    const missing = room() - this.asked
    if (this.isOver || missing <= 0 || missing < capacity / 4) return
    this.asked += missing
    send(
      JSON.stringify({
        batch: missing,
        expires: inNanos(expiresMillis),
        idle_heartbeat: inNanos(heartbeatMillis)
      })
    )
  }

  /** A message of the stream. */
  message(message: Msg): void {
    this.heard = true
    if (this.asked > 0) this.asked--
    this.options.onMessage(message)
    this.refill()
  }

  /** A message of the server about our requests. */
  status({ headers }: Msg): void {
    this.heard = true
    const status = readStatus(
      headers?.code ?? 0,
      headers?.description ?? "",
      (name) => headers?.get(name) ?? ""
    )
    if (status.kind === "lost") return this.lose(status.why)
    if (status.kind === "alive") return
    this.asked = Math.max(0, this.asked - status.missing)
    this.refill()
  }

  /** To be called every two and a half heartbeats: silence between two calls means that no one is there. */
  checkHeard(): void {
    if (this.asked > 0 && !this.heard) this.lose("silence")
    this.heard = false
  }

  /** Asks no more; what comes is still taken. */
  stop(): void {
    this.isOver = true
  }

  private lose(why: string): void {
    if (this.isOver) return
    this.stop()
    this.options.onLost(why)
  }
}
