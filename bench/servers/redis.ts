/** Redis for the anchors: the machine's own, or Debian's package, unpacked and not installed. */

import { Effect, FileSystem, Option, Path } from "effect"

import { freePort } from "../../src/embedded/freePort.ts"
import { unpackFromDebian } from "../../src/embedded/installFromDebian.ts"
import { runCommand } from "../../src/embedded/runCommand.ts"
import { startServer } from "../../src/embedded/ServerProcess.ts"
import { isListening, programs } from "./programs.ts"

/** `redis-server` is a link to what is in `redis-tools`; the libraries are those that a small Debian does not have. */
const packages = ["redis-server", "redis-tools", "libatomic1", "libjemalloc2", "liblzf1"]

const environmentOf = (folder: string) => ({
  LD_LIBRARY_PATH: `${folder}/usr/lib/x86_64-linux-gnu:${folder}/usr/lib/aarch64-linux-gnu`
})

interface RedisProgram {
  readonly path: string
  readonly env: Readonly<Record<string, string>>
}

const checked = ({ env, path }: RedisProgram) =>
  Effect.as(runCommand({ program: path, args: ["--version"], env: { ...env } }), { env, path })

/** On the PATH, unpacked before, or unpacked now. */
export const findRedis = Effect.gen(function* () {
  const { join } = yield* Path.Path
  const folder = join(programs, "redis")
  const unpacked = { path: join(folder, "usr/bin/redis-server"), env: environmentOf(folder) }
  const get = Effect.gen(function* () {
    const { readFileString } = yield* FileSystem.FileSystem
    const suite = /^VERSION_CODENAME=(\w+)$/m.exec(yield* readFileString("/etc/os-release"))?.[1] ?? "stable"
    yield* unpackFromDebian({ suite, packages }, folder)
    return yield* checked(unpacked)
  })
  return yield* Effect.firstSuccessOf([
    checked({ path: "redis-server", env: {} }),
    checked(unpacked),
    Effect.suspend(() => get)
  ])
})

/** Redis' defaults: it saves a snapshot now and then, and keeps no log of what it was told. */
export const startRedis = Effect.fnUntraced(function* ({ env, path }: RedisProgram) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "carillon-bench-redis-" })
  const port = yield* freePort(0, "")
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder]
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const { pid } = yield* startServer({
    name: "Redis",
    program: "env",
    args: [...variables, path, ...options],
    as: Option.none(),
    cwd: folder,
    log: join(folder, "redis.log"),
    stopSignal: "SIGTERM",
    isReady: () => isListening(port)
  })
  return { port, pid }
})
