/** Where programs are kept that were got for this clone, and how a server says that it is there. */

import { connect } from "node:net"
import { fileURLToPath } from "node:url"

import { Effect } from "effect"

export const programs = fileURLToPath(new URL("../../.carillon/bin", import.meta.url))

/** Somebody accepts connections on this port of loopback. */
export const isListening = (port: number) =>
  Effect.callback<boolean>((resume) => {
    const socket = connect(port, "127.0.0.1")
    const answer = (isThere: boolean) => {
      socket.destroy()
      resume(Effect.succeed(isThere))
    }
    socket.once("connect", () => answer(true))
    socket.once("error", () => answer(false))
  })
