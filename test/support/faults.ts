/** What operators and accidents do to servers, done to a Postgres of the test's own. */

import { readFileSync } from "node:fs"

import { Effect, Exit, FileSystem, Redacted, Scope } from "effect"

import { freePort } from "#src/embedded/freePort.ts"
import { makeHome } from "#src/embedded/makeHome.ts"
import { postgresServer } from "#src/embedded/postgresServer.ts"
import { runCommand } from "#src/embedded/runCommand.ts"
import { Say } from "#src/embedded/Say.ts"

const quietly = Effect.provideService(Say, () => Effect.void)

/** The postmaster of this home first, so that it makes no more processes, then all that it has made. */
const processesOf = (home: string): ReadonlyArray<number> => {
  const postmaster = Number.parseInt(readFileSync(`${home}/postgres/data/postmaster.pid`, "utf8"), 10)
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8")
  return [postmaster, ...children.split(" ").flatMap((pid) => (pid === "" ? [] : [Number(pid)]))]
}

/**
 * An embedded Postgres that runs, and is stopped and started on the same port and data. Frozen, it keeps its connections
 * and answers nothing: a black hole.
 */
export const stoppablePostgres = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "carillon-postgres-" })
  // Postgres under root runs as another user, who passes through here.
  yield* fs.chmod(folder, 0o711)
  const home = yield* makeHome(`${folder}/home`)
  const port = yield* freePort(0, "a free port")
  const serve = postgresServer({ home, port })
  let running = yield* Scope.make()

  const start = Effect.gen(function* () {
    running = yield* Scope.make()
    return Redacted.value(yield* serve.pipe(Scope.provide(running), quietly))
  })
  let frozen: ReadonlyArray<number> = []
  const freeze = Effect.sync(() => {
    frozen = processesOf(home.path)
    for (const pid of frozen) process.kill(pid, "SIGSTOP")
  })
  const thaw = Effect.sync(() => {
    for (const pid of frozen) process.kill(pid, "SIGCONT")
    frozen = []
  })
  const stop = Effect.andThen(
    thaw,
    Effect.suspend(() => Scope.close(running, Exit.void))
  )
  yield* Effect.addFinalizer(() => stop)

  /** While it is stopped: its data, as a base copy keeps it; and back to that, as a restore does. */
  const data = `${home.postgres}/data`
  const copy = (from: string, to: string) =>
    fs
      .remove(to, { recursive: true, force: true })
      .pipe(Effect.andThen(runCommand({ program: "cp", args: ["-a", from, to] })), Effect.asVoid)

  return {
    url: yield* start,
    start: Effect.asVoid(start),
    stop,
    freeze,
    thaw,
    keepCopy: copy(data, `${folder}/copy`),
    putBack: copy(`${folder}/copy`, data)
  }
})
