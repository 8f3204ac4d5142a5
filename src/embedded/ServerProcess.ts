/** A server that runs as our child: started in a scope, ended with it. */

import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync } from "node:fs"

import { Deferred, Effect, Option, Schedule, Schema } from "effect"

import { CommandFailed, runCommand, type User } from "#src/embedded/runCommand.ts"

export class ServerFailed extends Schema.TaggedError<ServerFailed>()("ServerFailed", {
  server: Schema.String,
  reason: Schema.String,
  log: Schema.String
}) {
  override get message() {
    return `${this.server} ${this.reason}. Its log: ${this.log}`
  }
}

export interface ServerCommand {
  readonly name: string
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly as: Option.Option<User>
  /** Its working directory. */
  readonly cwd: string
  /** Appended to; its owner is us, whoever the server runs as. */
  readonly log: string
  /** Asks it to end in order. */
  readonly stopSignal: "SIGINT" | "SIGTERM"
  /** True as soon as it serves; asked again and again while it starts. */
  readonly isReady: (pid: number) => Effect.Effect<boolean>
}

export interface ServerProcess {
  readonly pid: number
  /** How it ended, once it has. */
  readonly ended: Deferred.Deferred<string>
}

/** How long a server may take to become ready: recovery of a big store takes seconds. */
const startTimeout = "2 minutes"
/** After that it is killed; a checkpoint of Postgres is done long before. */
const stopTimeout = "20 seconds"

/**
 * `setpriv` makes the kernel signal the child when we die, even by kill -9.
 * Without it (other systems, BusyBox) the next start ends the orphans.
 */
const parentDeath = Effect.fnUntraced(function* (signal: string) {
  const prefix = ["--pdeathsig", signal.replace("SIG", ""), "--"]
  return yield* runCommand({ program: "setpriv", args: [...prefix, "true"] }).pipe(
    Effect.as(["setpriv", ...prefix]),
    Effect.catchTag("CommandFailed", () => Effect.succeed<ReadonlyArray<string>>([]))
  )
})

const spawnServer = (command: ServerCommand, prefix: ReadonlyArray<string>) => {
  const [program = command.program, ...args] = [...prefix, command.program, ...command.args]
  const log = openSync(command.log, "a", 0o600)
  const child = spawn(program, args, {
    stdio: ["ignore", log, log],
    cwd: command.cwd,
    // A process group of its own: Ctrl-C is for us, and we stop the servers last.
    detached: true,
    ...Option.getOrElse(command.as, () => ({}))
  })
  closeSync(log)
  return child
}

const stop = (child: ChildProcess, process: ServerProcess, signal: NodeJS.Signals) =>
  Effect.gen(function* () {
    yield* Effect.sync(() => child.kill(signal))
    yield* Deferred.await(process.ended).pipe(
      Effect.timeoutOrElse({
        duration: stopTimeout,
        orElse: () =>
          Effect.andThen(
            Effect.sync(() => child.kill("SIGKILL")),
            Deferred.await(process.ended)
          )
      })
    )
  })

const launch = Effect.fnUntraced(function* (command: ServerCommand) {
  const prefix = yield* parentDeath(command.stopSignal)
  const ended = yield* Deferred.make<string>()
  return yield* Effect.acquireRelease(
    Effect.callback<readonly [ChildProcess, ServerProcess], CommandFailed>((resume) => {
      const child = spawnServer(command, prefix)
      child.once("error", (error) =>
        resume(Effect.fail(new CommandFailed({ command: command.program, output: error.message })))
      )
      child.once("exit", (code, signal) =>
        Deferred.doneUnsafe(ended, Effect.succeed(signal ?? `exit code ${code}`))
      )
      child.once("spawn", () => resume(Effect.succeed([child, { pid: child.pid ?? 0, ended }])))
    }),
    ([child, process]) => stop(child, process, command.stopSignal)
  )
})

/** Starts the server and waits until it is ready; the scope's end stops it. */
export const startServer = Effect.fnUntraced(function* (command: ServerCommand) {
  const failed = (reason: string) => new ServerFailed({ server: command.name, reason, log: command.log })
  const [, process] = yield* launch(command).pipe(
    Effect.catchTag("CommandFailed", ({ output }) => Effect.fail(failed(`could not be started: ${output}`)))
  )
  const ready = command.isReady(process.pid).pipe(
    Effect.repeat({ until: (isReady) => isReady, schedule: Schedule.spaced("20 millis") }),
    Effect.timeoutOrElse({
      duration: startTimeout,
      orElse: () => Effect.fail(failed(`was not ready within ${startTimeout}`))
    })
  )
  const died = Effect.flatMap(Deferred.await(process.ended), (how) =>
    Effect.fail(failed(`ended while it started (${how})`))
  )
  yield* Effect.raceFirst(ready, died)
  return process
})
