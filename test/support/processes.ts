/** The command line as its users have it: processes of their own, by their output, exit codes and signals. */

import { type ChildProcess, spawn } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { Deferred, Effect, Schema } from "effect"

import { Run } from "#src/embedded/runFile.ts"

export const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))

export type Environment = Readonly<Record<string, string>>

/** Nothing of the machine's own settings leaks in. */
const inherited = new Set(["PATH", "HOME", "NATS_SERVER_BIN"])
const ownEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => inherited.has(name)))

/** How a process ended, and all that it has said. */
export interface Ended {
  /** 128 and the signal's number in a shell's words; null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly pid: number
  readonly signal: (name: NodeJS.Signals) => Effect.Effect<void>
  readonly ended: Effect.Effect<Ended>
  /** All that it has said until now: stdout, then stderr. */
  readonly saidSoFar: Effect.Effect<string>
  /** Returns all of stdout as soon as it has `text`; dies where the process ends before. */
  readonly awaitOutput: (text: string) => Effect.Effect<string>
}

const watch = Effect.fnUntraced(function* (child: ChildProcess) {
  const ended = yield* Deferred.make<Ended>()
  const said = { stdout: "", stderr: "" }
  const looks = new Set<() => void>()
  child.stdout?.on("data", (piece) => {
    said.stdout += String(piece)
    for (const look of looks) look()
  })
  child.stderr?.on("data", (piece) => (said.stderr += String(piece)))
  // `close`, not `exit`: the output is whole by then.
  child.once("close", (code) => Deferred.doneUnsafe(ended, Effect.succeed({ code, ...said })))

  const hasSaid = (text: string) =>
    Effect.callback<string>((resume) => {
      const look = () => {
        if (said.stdout.includes(text)) resume(Effect.succeed(said.stdout))
      }
      looks.add(look)
      look()
      return Effect.sync(() => looks.delete(look))
    })
  const endedEarly = Effect.flatMap(Deferred.await(ended), (end) => Effect.die(JSON.stringify(end)))
  return {
    pid: child.pid ?? 0,
    signal: (name) => Effect.sync(() => child.kill(name)),
    ended: Deferred.await(ended),
    saidSoFar: Effect.sync(() => said.stdout + said.stderr),
    awaitOutput: (text) => Effect.raceFirst(hasSaid(text), endedEarly)
  } satisfies Started
})

/** Any program; killed with the scope, if it still runs. */
const start = (command: ReadonlyArray<string>, environment: Environment) => {
  const [program = "", ...args] = command
  return Effect.acquireRelease(
    Effect.suspend(() =>
      watch(
        spawn(program, args, {
          env: { ...ownEnvironment, ...environment },
          stdio: ["ignore", "pipe", "pipe"]
        })
      )
    ),
    ({ ended, signal }) => Effect.andThen(signal("SIGKILL"), ended)
  )
}

/** `carillon`, with these arguments. */
export const startCarillon = (args: ReadonlyArray<string>, environment: Environment) =>
  start([process.execPath, program, ...args], environment)

/** The same, to its end. */
export const carillon = (args: ReadonlyArray<string>, environment: Environment) =>
  Effect.scoped(Effect.flatMap(startCarillon(args, environment), ({ ended }) => ended))

/** A line as a user pastes it into a shell. */
export const shell = (line: string, environment: Environment) =>
  Effect.scoped(Effect.flatMap(start(["sh", "-c", line], environment), ({ ended }) => ended))

/** The environment of one machine in a folder of its own, which goes with the scope; every port is a free one. */
export const freshHome = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const made = mkdtempSync(join(tmpdir(), "carillon-up-"))
      // Postgres under root runs as another user, who passes through here.
      chmodSync(made, 0o711)
      return made
    }),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  ),
  (folder) => ({
    CARILLON_HOME: join(folder, "home"),
    CAMPAIGN_SERVICE_PORT: "0",
    CARILLON_NATS_PORT: "0",
    CARILLON_POSTGRES_PORT: "0",
    CARILLON_SMTP_PORT: "0",
    CARILLON_MAIL_PORT: "0"
  })
)

const decodeRun = Schema.decodeEffect(Schema.fromJsonString(Run))

export interface Machine extends Started {
  readonly run: Run
  /** What it printed until it was ready. */
  readonly output: string
}

/** `carillon up`, as soon as it is ready. */
export const startMachine = Effect.fnUntraced(function* (
  environment: Environment & { CARILLON_HOME: string }
) {
  const started = yield* startCarillon(["up"], environment)
  const output = yield* started.awaitOutput("Ctrl-C stops everything.")
  const text = readFileSync(join(environment.CARILLON_HOME, "run.json"), "utf8")
  return { ...started, output, run: yield* Effect.orDie(decodeRun(text)) } satisfies Machine
})

/** The process ids of the servers that run, or ran, in this home. */
export const serverPids = (home: string): ReadonlyArray<number> =>
  ["nats/nats-server.pid", "postgres/data/postmaster.pid"].map((file) =>
    Number.parseInt(readFileSync(join(home, file), "utf8"), 10)
  )
