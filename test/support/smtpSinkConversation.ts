/** One client's conversation with the sink: commands, content, and the fault that strikes at each step. */

import { type Socket } from "node:net"
import { setTimeout as pause } from "node:timers/promises"

import { type SinkFault, type SinkStep, type SmtpSink } from "#test/support/smtpSink.ts"

const endOfContent = Buffer.from("\r\n.\r\n")

export class SinkConversation {
  readonly #sink: SmtpSink
  readonly #socket: Socket
  readonly #number: number
  #input: Buffer = Buffer.alloc(0)
  #mode: "commands" | "content" | "deaf" = "commands"
  #from: string | undefined
  #to: Array<string> = []
  /** The last of the answers that are under way. */
  #slow: Promise<void> | undefined

  constructor(sink: SmtpSink, socket: Socket, number: number) {
    this.#sink = sink
    this.#socket = socket
    this.#number = number
    socket.setNoDelay(true)
    socket.on("error", () => undefined)
    socket.once("close", () => {
      const text = this.#mode === "content" ? this.#input.toString("latin1") : ""
      if (text !== "") this.#sink.noteCutShort(messageIdIn(text))
    })
    socket.on("data", (bytes) => {
      this.#input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes])
      this.#read()
    })
  }

  greet(): void {
    this.#step("banner", "220 sink ESMTP")
  }

  #read(): void {
    while (this.#mode !== "deaf") {
      const read = this.#mode === "commands" ? this.#readCommand() : this.#readContent()
      if (!read) return
    }
  }

  #readCommand(): boolean {
    const end = this.#input.indexOf("\r\n")
    if (end < 0) return false
    const command = this.#input.toString("latin1", 0, end)
    this.#input = this.#input.subarray(end + 2)
    this.#obey(command)
    return true
  }

  #obey(command: string): void {
    const [, path = ""] = /<([^>]*)>/.exec(command) ?? []
    const commands: Record<string, () => unknown> = {
      EHLO: () => this.#step("EHLO", ["sink", ...this.#sink.extensions].map(asReplyLine).join("\r\n")),
      HELO: () => this.#step("EHLO", "250 sink"),
      MAIL: () => {
        if (this.#step("MAIL", "250 2.1.0 sender ok")) this.#from = path
      },
      RCPT: () => {
        if (this.#from === undefined) this.#say("503 5.5.1 no sender")
        else if (this.#step("RCPT", "250 2.1.5 recipient ok", path)) this.#to.push(path)
      },
      DATA: () => this.#data(),
      RSET: () => {
        this.#forget()
        this.#say("250 2.0.0 reset")
      },
      QUIT: () => {
        this.#say("221 2.0.0 bye")
        this.#socket.end()
      }
    }
    const obey = commands[command.slice(0, 4).toUpperCase()] ?? (() => this.#say("502 5.5.2 unknown command"))
    obey()
  }

  #data(): void {
    if (this.#to.length === 0) this.#say("554 5.5.1 no valid recipients")
    else if (this.#step("DATA", "354 go on")) this.#mode = "content"
  }

  #readContent(): boolean {
    if (this.#input.length === 0) return false
    const fault = this.#sink.faultAt("body", this.#to[0] ?? "")
    if (fault !== undefined) {
      this.#strike(fault, "")
      this.#deafen()
      return false
    }
    const end = this.#input.indexOf(endOfContent)
    if (end < 0) return false
    const raw = this.#input.toString("latin1", 0, end + 2).replaceAll(/^\./gm, "")
    this.#input = this.#input.subarray(end + endOfContent.length)
    this.#mode = "commands"
    this.#finish(raw)
    return true
  }

  #finish(raw: string): void {
    const mail = {
      messageId: messageIdIn(raw),
      from: this.#from ?? "",
      to: this.#to,
      raw: Buffer.from(raw, "latin1"),
      // @effect-diagnostics-next-line globalDate:off -- the sink's own clock, also while a test's stands still
      takenAt: Date.now(),
      connection: this.#number
    }
    const fault = this.#sink.faultAt("final_dot", mail.to[0] ?? "")
    this.#forget()
    if (fault !== undefined && !keepsMessage(fault)) this.#strike(fault, "")
    else this.#sink.take(mail, () => this.#answerTaken(fault))
  }

  #answerTaken(fault: SinkFault | undefined): void {
    const reply = "250 2.0.0 taken"
    if (fault === undefined) this.#say(reply)
    else this.#strike(fault, reply)
  }

  #forget(): void {
    this.#from = undefined
    this.#to = []
  }

  /** Says the usual reply, or does what is planned; true where the client was told to go on. */
  #step(step: SinkStep, usual: string, to = this.#to[0] ?? ""): boolean {
    const fault = this.#sink.faultAt(step, to)
    if (fault === undefined) this.#say(usual)
    else this.#strike(fault, usual)
    return fault === undefined || isOnlySlow(fault)
  }

  #strike(fault: SinkFault, usual: string): void {
    if (fault === "stall") this.#deafen()
    else if (fault === "reply_then_reset") {
      this.#socket.write(`${usual}\r\n`, () => this.#socket.resetAndDestroy())
    } else if ("reply" in fault) this.#say(fault.reply)
    else if ("late_ms" in fault) this.#inTurn(() => pause(fault.late_ms).then(() => this.#write(usual)))
    else if ("dripping_ms" in fault) this.#inTurn(() => this.#drip(`${usual}\r\n`, fault.dripping_ms))
    else this.#cut(fault)
  }

  #drip(text: string, interval_ms: number): Promise<void> {
    if (text === "" || this.#socket.destroyed) return Promise.resolve()
    this.#socket.write(text.slice(0, 1))
    return pause(interval_ms).then(() => this.#drip(text.slice(1), interval_ms))
  }

  #cut({ after = "", cut }: Extract<SinkFault, { cut: string }>): void {
    this.#mode = "deaf"
    if (cut === "close") this.#socket.end(after)
    else this.#socket.resetAndDestroy()
  }

  #deafen(): void {
    this.#mode = "deaf"
    this.#socket.pause()
  }

  #say(reply: string): void {
    if (this.#slow === undefined) this.#write(reply)
    else this.#inTurn(() => Promise.resolve(this.#write(reply)))
  }

  /** After the slow answers before it: a client that pipelines knows them by their order alone. */
  #inTurn(answer: () => Promise<void>): void {
    const turn = (this.#slow ?? Promise.resolve()).then(answer).finally(() => {
      if (this.#slow === turn) this.#slow = undefined
    })
    this.#slow = turn
  }

  #write(reply: string): void {
    if (!this.#socket.destroyed) this.#socket.write(`${reply}\r\n`)
  }
}

/** Empty where it has none, or none yet. */
const messageIdIn = (text: string): string => /^message-id: <([^>]*)>/im.exec(text)?.[1] ?? ""

const isOnlySlow = (fault: SinkFault): boolean =>
  typeof fault === "object" && ("late_ms" in fault || "dripping_ms" in fault)

const keepsMessage = (fault: SinkFault): boolean => fault === "reply_then_reset" || isOnlySlow(fault)

const asReplyLine = (text: string, index: number, all: ReadonlyArray<string>): string =>
  `250${index === all.length - 1 ? " " : "-"}${text}`
