/** NATS or Postgres in a run: started, stopped, killed and started again at will, on the same port and data. */

import { readFileSync } from "node:fs"

import { Console, Effect, Exit, Schedule, Scope } from "effect"

import { type ServerCommand, type ServerFailed, startServer } from "#src/embedded/ServerProcess.ts"

export interface Server {
  /** Returns as soon as it serves. */
  readonly start: Effect.Effect<void, ServerFailed>
  /** In order; nothing where it does not run. */
  readonly stop: Effect.Effect<void>
  /** kill -9; nothing where it does not run. */
  readonly kill: Effect.Effect<void>
  /** 0 where it does not run. */
  readonly pid: () => number
}

/** The folder of a run goes with it, and the server's log with the folder. */
const lastLines = (log: string): string => readFileSync(log, "utf8").split("\n").slice(-8).join("\n")

/** It may have ended between the look and the signal. */
export const signalProcess = (pid: number, signal: NodeJS.Signals) =>
  Effect.ignore(Effect.try(() => process.kill(pid, signal)))

/** Does not run yet; killed with the scope. */
export const makeServer = Effect.fnUntraced(function* (command: ServerCommand) {
  let life: { readonly pid: number; readonly scope: Scope.Closeable } | undefined

  const end = (how: "stop" | "kill") =>
    Effect.suspend(() => {
      const ending = life
      life = undefined
      if (ending === undefined) return Effect.void
      const first = how === "kill" ? signalProcess(ending.pid, "SIGKILL") : Effect.void
      return Effect.andThen(first, Scope.close(ending.scope, Exit.void))
    })

  const startOnce = Effect.gen(function* () {
    const scope = yield* Scope.make()
    const { pid } = yield* startServer(command).pipe(
      Scope.provide(scope),
      Effect.tapError(() => Scope.close(scope, Exit.void))
    )
    life = { pid, scope }
  })

  yield* Effect.addFinalizer(() => end("kill"))
  return {
    // Right after a kill -9 of Postgres its children hold the shared memory for a moment.
    start: Effect.retry(startOnce, { times: 20, schedule: Schedule.spaced("300 millis") }).pipe(
      Effect.tapError(() => Console.error(lastLines(command.log)))
    ),
    stop: end("stop"),
    kill: end("kill"),
    pid: () => life?.pid ?? 0
  } satisfies Server
})
