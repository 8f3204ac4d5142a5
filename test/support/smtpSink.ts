/**
 * An SMTP server for tests that keeps its own record of what it took, and fails as it is told to. PIPELINING
 * and 8BITMIME, no TLS, no AUTH.
 */

import { createServer, type Server, type Socket } from "node:net"
import { setTimeout as latency } from "node:timers/promises"

import { Effect } from "effect"

import { SinkConversation } from "#test/support/smtpSinkConversation.ts"

/** Where a fault strikes; `body` when the first bytes of the content arrive. */
export type SinkStep = "banner" | "EHLO" | "MAIL" | "RCPT" | "DATA" | "body" | "final_dot"

/**
 * `reply` says this instead; `reset` cuts with RST; `close` with FIN; `stall` falls silent, and reads no more;
 * `reply_then_reset` says the usual thing first; `late_ms` says it so much later; `dripping_ms` says it byte by byte,
 * so long between two. At `final_dot` the last three alone keep the message.
 */
export type SinkFault =
  | { readonly reply: string }
  | { readonly late_ms: number }
  | { readonly dripping_ms: number }
  | { readonly cut: "reset" | "close"; readonly after?: string }
  | "stall"
  | "reply_then_reset"

export interface TakenMail {
  /** Without angle brackets. */
  readonly messageId: string
  readonly from: string
  readonly to: ReadonlyArray<string>
  /** As the sender meant it: doubled dots undone, without the final one. */
  readonly raw: Buffer
  /** Milliseconds since the epoch. */
  readonly takenAt: number
  /** 1 for the first connection. */
  readonly connection: number
}

export class SmtpSink {
  readonly #taken: Array<TakenMail> = []
  readonly #cutShort: Array<string> = []
  readonly #faults = new Map<SinkStep, { fault: SinkFault; times: number }>()
  readonly #waiting = new Set<() => void>()
  readonly #sockets = new Set<Socket>()
  readonly server: Server
  readonly extensions: ReadonlyArray<string>
  #connections = 0
  #onStep: (step: SinkStep, to: string) => SinkFault | undefined = () => undefined
  #onAccepted: (mail: TakenMail, answer: () => void) => void = (_, answer) => answer()

  constructor(extensions: ReadonlyArray<string>) {
    this.extensions = extensions
    this.server = createServer((socket) => {
      this.#connections += 1
      this.#sockets.add(socket)
      socket.once("close", () => {
        this.#sockets.delete(socket)
        this.#lookAgain()
      })
      const conversation = new SinkConversation(this, socket, this.#connections)
      conversation.greet()
    })
  }

  /** All that was taken, in order. */
  get taken(): ReadonlyArray<TakenMail> {
    return this.#taken
  }

  /** How many connections were ever made. */
  get connections(): number {
    return this.#connections
  }

  get url(): string {
    const address = this.server.address()
    return `smtp://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  }

  /** The next `times` arrivals at the step fail so. */
  fail(step: SinkStep, fault: SinkFault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.set(step, { fault, times })
  }

  heal(): void {
    this.#faults.clear()
  }

  /** Asked at each step where no fault is planned: what happens there; `to` is empty until the recipient is named. */
  onStep(decide: (step: SinkStep, to: string) => SinkFault | undefined): void {
    this.#onStep = decide
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size
  }

  /** Message ids of which something came, and not all: the connection ended inside the content. */
  get cutShort(): ReadonlyArray<string> {
    return this.#cutShort
  }

  /** What came is no whole message. */
  noteCutShort(messageId: string): void {
    this.#cutShort.push(messageId)
  }

  /**
   * Called when a message has been taken and recorded, before the 250: which leaves when `answer` is called, and
   * never where it is not.
   */
  onAccepted(callback: (mail: TakenMail, answer: () => void) => void): void {
    this.#onAccepted = callback
  }

  /** Done when at least `count` messages have been taken. */
  waitFor(count: number): Effect.Effect<ReadonlyArray<TakenMail>> {
    return Effect.as(
      this.#until(() => this.#taken.length >= count),
      this.#taken
    )
  }

  /** Done when `count` connections are open. */
  waitForConnections(count: number): Effect.Effect<void> {
    return this.#until(() => this.#sockets.size === count)
  }

  #until(holds: () => boolean): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const look = () => {
        if (holds()) resume(Effect.void)
      }
      this.#waiting.add(look)
      look()
      return Effect.sync(() => this.#waiting.delete(look))
    })
  }

  #lookAgain(): void {
    for (const look of this.#waiting) look()
  }

  /** The fault that strikes now, if any. */
  faultAt(step: SinkStep, to: string): SinkFault | undefined {
    const planned = this.#faults.get(step)
    if (planned === undefined || planned.times <= 0) return this.#onStep(step, to)
    planned.times -= 1
    return planned.fault
  }

  take(mail: TakenMail, answer: () => void): void {
    this.#taken.push(mail)
    this.#onAccepted(mail, answer)
    this.#lookAgain()
  }

  /** Cuts all connections and listens no more. */
  stop(): void {
    this.server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

const started = (sink: SmtpSink): Effect.Effect<SmtpSink> =>
  Effect.callback((resume) => {
    sink.server.listen(0, "127.0.0.1", () => resume(Effect.succeed(sink)))
  })

/** Lives as long as the scope, on a free port of 127.0.0.1. */
export const smtpSink = (extensions: ReadonlyArray<string> = ["PIPELINING", "8BITMIME"]) =>
  Effect.acquireRelease(
    Effect.suspend(() => started(new SmtpSink(extensions))),
    (sink) => Effect.sync(() => sink.stop())
  )

/** A provider that takes its time, for `onAccepted`: each mail is taken at once and answered so much later. */
export const answerAfter =
  (millis: number) =>
  (_: TakenMail, answer: () => void): void =>
    void latency(millis).then(answer)
