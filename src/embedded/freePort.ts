/** Ports on loopback: tried before a server is started, so that the error can name the setting. */

import { createServer } from "node:net"

import { Effect, Schema } from "effect"

export class PortTaken extends Schema.TaggedError<PortTaken>()("PortTaken", {
  port: Schema.Int,
  /** The environment variable that sets the port. */
  variable: Schema.String
}) {
  override get message() {
    return `Port ${this.port} on 127.0.0.1 is taken. Stop what listens there, or set ${this.variable} to another port (0: any free one).`
  }
}

/** The port to listen on: `port` itself where it is free, any free one where it is 0. */
export const freePort = (port: number, variable: string) =>
  Effect.callback<number, PortTaken>((resume) => {
    const server = createServer()
    server.once("error", () => resume(Effect.fail(new PortTaken({ port, variable }))))
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      const bound = typeof address === "object" && address !== null ? address.port : port
      server.close(() => resume(Effect.succeed(bound)))
    })
  })
