/** The NATS server of one machine: the project's `nats.conf`, a store and a port of its own. */

import { connect } from "node:net"
import { fileURLToPath } from "node:url"

import { Effect, Option, Path } from "effect"

import { endOrphan } from "#src/embedded/endOrphan.ts"
import { findNatsServer } from "#src/embedded/findNatsServer.ts"
import { freePort } from "#src/embedded/freePort.ts"
import { type Home } from "#src/embedded/makeHome.ts"
import { say } from "#src/embedded/Say.ts"
import { type ServerCommand, startServer } from "#src/embedded/ServerProcess.ts"
import { supervise } from "#src/embedded/supervise.ts"

const shipped = fileURLToPath(new URL("../../nats.conf", import.meta.url))

/** The server greets with a line `INFO {…}`: it accepts clients once it does, and has recovered its store by then. */
const greetsWithJetStream = (port: number) =>
  Effect.callback<boolean>((resume) => {
    const socket = connect(port, "127.0.0.1")
    const answer = (isReady: boolean) => {
      socket.destroy()
      resume(Effect.succeed(isReady))
    }
    socket.once("data", (greeting) => answer(greeting.toString().includes('"jetstream":true')))
    socket.once("error", () => answer(false))
    return Effect.sync(() => socket.destroy())
  })

export interface NatsPlace {
  readonly program: string
  readonly port: number
  /** Its store is the folder `nats` in here. */
  readonly cwd: string
  readonly log: string
  readonly pidFile: string
  /** The project's `nats.conf` where absent. */
  readonly configuration?: string
}

/** How the server is started on this machine. */
export const natsCommand = ({
  configuration = shipped,
  cwd,
  log,
  pidFile,
  port,
  program
}: NatsPlace): ServerCommand => ({
  name: "The NATS server",
  program,
  args: ["--config", configuration, "--addr", "127.0.0.1", "--port", String(port), "--pid", pidFile],
  as: Option.none(),
  cwd,
  log,
  stopSignal: "SIGTERM",
  isReady: () => greetsWithJetStream(port)
})

export interface NatsOptions {
  readonly home: Home
  /** NATS_SERVER_BIN, where it is set. */
  readonly program: Option.Option<string>
  /** 0: any free one; the same again when the server is restarted. */
  readonly port: number
}

/** Serves until the scope ends. Its URL. An orphan of an earlier start is ended first. */
export const natsServer = Effect.fnUntraced(function* ({ home, program, port }: NatsOptions) {
  const { join } = yield* Path.Path
  const pidFile = join(home.nats, "nats-server.pid")
  yield* endOrphan({
    name: "NATS server",
    pidFile,
    program: "nats-server",
    folder: pidFile,
    stopSignal: "SIGTERM"
  })
  const found = yield* findNatsServer(program, home.programs)
  const bound = yield* freePort(port, "CARILLON_NATS_PORT")
  yield* say(`starting the NATS server (${found})`)
  const log = join(home.logs, "nats-server.log")
  const command = natsCommand({ program: found, port: bound, cwd: home.path, log, pidFile })
  yield* supervise(command.name, startServer(command))
  return `nats://127.0.0.1:${bound}`
})
