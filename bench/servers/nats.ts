/** NATS servers, each with a store of its own: as Carillon ships it, and as it is by default. */

import { Effect, FileSystem, Option, Path } from "effect"

import { findNatsServer } from "../../src/embedded/findNatsServer.ts"
import { freePort } from "../../src/embedded/freePort.ts"
import { makeHome } from "../../src/embedded/makeHome.ts"
import { natsServer } from "../../src/embedded/natsServer.ts"
import { startServer } from "../../src/embedded/ServerProcess.ts"
import { isListening, programs } from "./programs.ts"

export interface Nats {
  readonly url: string
  readonly pid: number
}

const found = Effect.suspend(() =>
  findNatsServer(Option.fromNullishOr(process.env["NATS_SERVER_BIN"]), programs)
)

const temporaryHome = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  return yield* makeHome(yield* fs.makeTempDirectoryScoped({ prefix: "carillon-bench-nats-" }))
})

/** With `nats.conf`: every acknowledgement after an fsync, but for streams that are declared `async`. */
export const shippedNats = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const home = yield* temporaryHome
  const url = yield* natsServer({ home, program: Option.some(yield* found), port: 0 })
  const pid = yield* fs.readFileString(join(home.nats, "nats-server.pid"))
  return { url, pid: Number(pid) } satisfies Nats
})

/** Without a configuration: it syncs its files every two minutes. */
export const defaultNats = Effect.gen(function* () {
  const { join } = yield* Path.Path
  const home = yield* temporaryHome
  const port = yield* freePort(0, "")
  const { pid } = yield* startServer({
    name: "NATS",
    program: yield* found,
    args: ["--jetstream", "--store_dir", home.nats, "--addr", "127.0.0.1", "--port", String(port)],
    as: Option.none(),
    cwd: home.path,
    log: join(home.logs, "nats-server.log"),
    stopSignal: "SIGTERM",
    isReady: () => isListening(port)
  })
  return { url: `nats://127.0.0.1:${port}`, pid } satisfies Nats
})
