/** An SMTP server that takes every mail and keeps nothing: it must never be what limits a side. */

import { createServer, type Socket } from "node:net"

import { ready } from "../measure/side.ts"

const endOfMail = Buffer.from("\r\n.\r\n")
const greeting = "220 sink ESMTP\r\n"
const capabilities = "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"

/** What it answers to a command, by the command's first letters. */
const replies: Readonly<Record<string, string>> = {
  EHLO: capabilities,
  HELO: "250 sink\r\n",
  DATA: "354 go ahead\r\n",
  QUIT: "221 bye\r\n"
}

class Conversation {
  readonly #socket: Socket
  #rest: Buffer = Buffer.alloc(0)
  #isInMail = false

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on("data", (bytes) => this.#take(bytes))
    socket.on("error", () => socket.destroy())
    socket.write(greeting)
  }

  /** All answers to what came in one packet go out in one. */
  #take(bytes: Buffer): void {
    let input: Buffer = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    let output = ""
    for (;;) {
      const mark = this.#isInMail ? input.indexOf(endOfMail) : input.indexOf(10)
      if (mark === -1) break
      if (this.#isInMail) {
        output += "250 2.0.0 taken\r\n"
        this.#isInMail = false
        input = input.subarray(mark + endOfMail.length)
      } else {
        const verb = input.toString("latin1", 0, 4).toUpperCase()
        output += replies[verb] ?? "250 2.0.0 ok\r\n"
        this.#isInMail = verb === "DATA"
        input = input.subarray(mark + 1)
        if (verb === "QUIT") return void this.#socket.end(output)
      }
    }
    this.#rest = input
    if (output !== "") this.#socket.write(output)
  }
}

const server = createServer((socket) => new Conversation(socket))
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  ready(typeof address === "object" && address !== null ? address.port : 0)
})
