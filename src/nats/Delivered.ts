/** One delivery of one message of a stream to a consumer, and the answer to it. */

import { type Msg } from "@nats-io/transport-node"

import { type Headers, toRecord } from "./headers.ts"

export interface Delivered {
  readonly subject: string
  readonly data: Uint8Array
  /** One value a name; read on demand. */
  readonly headers: Headers
  /** 1 for the first delivery. Counts for buffered messages too, so it is no attempt number. */
  readonly deliveryCount: number
  readonly sequence: number
  /** When the stream stored it, in milliseconds since 1970: the same at every delivery. */
  readonly timestamp: number
  readonly ack: () => void
  /** Redelivered after `delayMillis`, at once for 0. The backoff of the consumer does not apply. */
  readonly nak: (delayMillis: number) => void
  /** Resets the server's clock for this message. */
  readonly working: () => void
}

/**
 * The durable that deliveries came from. Once it is gone (deleted, or the store was lost and made anew) an
 * answer could hit another message that has the same sequence now: so none is given.
 */
export interface Origin {
  /** Names this durable and no later one of the same name. */
  readonly created: string
  gone: boolean
}

const encoder = new TextEncoder()
const acked = encoder.encode("+ACK")
const working = encoder.encode("+WPI")
const rejected = encoder.encode("-NAK")

/** Position of the delivery count in `$JS.ACK.<stream>.<consumer>.<count>.<sequence>.<…>.<nanos>.<pending>`. */
const shortForm = 4
/** The longer form has a domain and an account before the stream, and maybe more at the end. */
const isShort = (tokens: ReadonlyArray<string>): boolean => tokens.length === 9

class JetStreamDelivery implements Delivered {
  private readonly message: Msg
  private readonly origin: Origin
  private readonly position: number
  private readonly tokens: ReadonlyArray<string>
  private isAnswered = false

  constructor(message: Msg, origin: Origin) {
    this.message = message
    this.origin = origin
    this.tokens = (message.reply ?? "").split(".")
    this.position = isShort(this.tokens) ? shortForm : shortForm + 2
  }
  get subject(): string {
    return this.message.subject
  }
  get data(): Uint8Array {
    return this.message.data
  }
  get headers(): Headers {
    return toRecord(this.message.headers)
  }
  get deliveryCount(): number {
    return Number(this.tokens[this.position])
  }
  get sequence(): number {
    return Number(this.tokens[this.position + 1])
  }
  get timestamp(): number {
    // The nanoseconds are beyond a double: the last six digits are cut off as text.
    return Number(this.tokens[this.position + 3]?.slice(0, -6))
  }
  ack(): void {
    this.answer(acked)
  }
  nak(delayMillis: number): void {
    this.answer(
      delayMillis > 0 ? encoder.encode(`-NAK {"delay":${Math.round(delayMillis * 1_000_000)}}`) : rejected
    )
  }
  working(): void {
    if (!this.isAnswered && !this.origin.gone) this.message.respond(working)
  }
  private answer(payload: Uint8Array): void {
    if (this.isAnswered || this.origin.gone) return
    this.isAnswered = true
    this.message.respond(payload)
  }
}

export const toDelivered = (message: Msg, origin: Origin): Delivered => new JetStreamDelivery(message, origin)
