/** The processes of the engine in a run, each with its role: killed, frozen, stopped, started again. */

import { Duration, Effect, Scope, Semaphore } from "effect"

import { type Environment, type Started, startCarillon } from "#test/support/processes.ts"

import { type Stopped } from "./Evidence.ts"
import { type ProcessName, processNames } from "./Fault.ts"

const roleOf = (name: ProcessName): string => (name.startsWith("worker") ? "worker" : name)

/** Longer than any process may take; then it is said that it did not end. */
const patience = "40 seconds"

export interface Engine {
  /** Returns at once; the process goes on by itself. One that runs already, by another fault's word, is enough. */
  readonly start: (name: ProcessName) => Effect.Effect<void>
  /** Returns when each says that it serves. */
  readonly startAll: Effect.Effect<void>
  readonly kill: (name: ProcessName) => Effect.Effect<void>
  /** SIGTERM; returns when it has ended, and notes how. */
  readonly stop: (name: ProcessName) => Effect.Effect<void>
  readonly signal: (name: ProcessName, signal: "SIGSTOP" | "SIGCONT") => Effect.Effect<void>
  readonly pids: () => ReadonlyArray<readonly [ProcessName, number]>
  readonly stopped: ReadonlyArray<Stopped>
  /** Ended though nobody told them to, with the end of what they said. */
  readonly crashed: ReadonlyArray<string>
  /** What every process has said so far, also those that ended. */
  readonly logs: Effect.Effect<ReadonlyArray<readonly [string, string]>>
}

const whenServing = (started: Started) => Effect.asVoid(started.awaitOutput('"serving"'))

export const makeEngine = Effect.fnUntraced(function* (environment: Environment, gatewayPort: number) {
  const running = new Map<ProcessName, Started>()
  const lives: Array<readonly [string, Started]> = []
  const stopped: Array<Stopped> = []
  const crashed: Array<string> = []
  const scope = yield* Effect.scope
  /** Faults overlap: one ends a process while another brings it back. */
  const oneAtATime = yield* Semaphore.make(1)

  const spawn = Effect.fnUntraced(function* (name: ProcessName) {
    const port = { CAMPAIGN_SERVICE_PORT: String(name === "gateway" ? gatewayPort : 0) }
    const started = yield* startCarillon(["serve", "--role", roleOf(name)], { ...environment, ...port }).pipe(
      Scope.provide(scope)
    )
    running.set(name, started)
    lives.push([`${name} ${started.pid}`, started])
    const noteCrash = Effect.map(started.ended, ({ stderr, stdout }) => {
      if (running.get(name) === started) crashed.push(`${name}: ${(stderr + stdout).slice(-1000)}`)
    })
    yield* Effect.forkIn(noteCrash, scope)
    return started
  })

  /** It is ours no more: its end is no crash. */
  const letGo = (name: ProcessName) =>
    Effect.sync(() => {
      const started = running.get(name)
      running.delete(name)
      return started
    }).pipe(oneAtATime.withPermits(1))

  const kill = Effect.fnUntraced(function* (name: ProcessName) {
    const started = yield* letGo(name)
    if (started === undefined) return
    yield* started.signal("SIGKILL")
    yield* started.ended
  })

  const stop = Effect.fnUntraced(function* (name: ProcessName) {
    const started = yield* letGo(name)
    if (started === undefined) return
    yield* started.signal("SIGTERM")
    const [took, ended] = yield* Effect.timed(Effect.timeoutOption(started.ended, patience))
    const code = ended._tag === "Some" ? ended.value.code : null
    stopped.push({ process: name, code, took_ms: Duration.toMillis(took) })
  })

  return {
    start: (name) =>
      Effect.suspend(() => (running.has(name) ? Effect.void : Effect.asVoid(spawn(name)))).pipe(
        oneAtATime.withPermits(1)
      ),
    startAll: Effect.forEach(processNames, (name) => Effect.flatMap(spawn(name), whenServing), {
      concurrency: "unbounded",
      discard: true
    }),
    kill,
    stop,
    signal: (name, signal) => Effect.suspend(() => running.get(name)?.signal(signal) ?? Effect.void),
    pids: () => [...running].map(([name, { pid }]) => [name, pid] as const),
    stopped,
    crashed,
    logs: Effect.suspend(() =>
      Effect.forEach(lives, ([name, { saidSoFar }]) => Effect.map(saidSoFar, (text) => [name, text] as const))
    )
  } satisfies Engine
})
