/** Ends a server that outlived its parent: it holds the data folder that we need. */

import { readFileSync, rmSync } from "node:fs"

import { Effect, Option, Schedule, Schema } from "effect"

import { commandLine } from "#src/embedded/processIdentity.ts"
import { say } from "#src/embedded/Say.ts"

/** A server that would not end, or that belongs to another user. */
export class OrphanRemains extends Schema.TaggedError<OrphanRemains>()("OrphanRemains", {
  name: Schema.String,
  pid: Schema.Int
}) {
  override get message() {
    return `A ${this.name} of an earlier start still runs as process ${this.pid} and could not be ended: end it, then start again.`
  }
}

export interface Orphan {
  readonly name: string
  /** Written by the server itself; its first line is the process id. */
  readonly pidFile: string
  /** Both must be in the process's command line, or it is somebody else's. */
  readonly program: string
  readonly folder: string
  readonly stopSignal: "SIGINT" | "SIGTERM"
}

const pidIn = (file: string) =>
  Effect.try(() => Number.parseInt(readFileSync(file, "utf8"), 10)).pipe(
    Effect.option,
    Effect.map(Option.filter((pid) => pid > 1))
  )

const isOurs = ({ program, folder }: Orphan, pid: number) =>
  Effect.map(
    commandLine(pid),
    Option.exists((line) => line.includes(program) && line.includes(folder))
  )

/** The process may be gone, or another user's: what counts is whether it still runs afterwards. */
const signal = (pid: number, name: NodeJS.Signals) => Effect.ignore(Effect.try(() => process.kill(pid, name)))

const waitUntilGone = (orphan: Orphan, pid: number) =>
  isOurs(orphan, pid).pipe(
    Effect.repeat({ while: (runs) => runs, schedule: Schedule.spaced("50 millis") }),
    Effect.timeoutOption("10 seconds")
  )

/**
 * A file that names a process of another program is stale: the id was used again. It goes, because Postgres
 * would not start beside it. One that names some server of the same kind stays, for the server to judge.
 */
const dropStalePidFile = Effect.fnUntraced(function* ({ pidFile, program }: Orphan, pid: number) {
  const isOneOfItsKind = Option.exists(yield* commandLine(pid), (line) => line.includes(program))
  if (!isOneOfItsKind) yield* Effect.sync(() => rmSync(pidFile, { force: true }))
})

/** Asks it to end, kills it after 10 s. */
const endProcess = Effect.fnUntraced(function* (orphan: Orphan, pid: number) {
  yield* say(`ending the ${orphan.name} (process ${pid}) that an earlier start left behind`)
  yield* signal(pid, orphan.stopSignal)
  const isGone = Effect.map(waitUntilGone(orphan, pid), Option.isSome)
  if (yield* isGone) return
  yield* signal(pid, "SIGKILL")
  yield* (yield* isGone) ? Effect.void : new OrphanRemains({ name: orphan.name, pid })
})

/** Does nothing where none runs; safe to repeat. */
export const endOrphan = Effect.fnUntraced(function* (orphan: Orphan) {
  const found = yield* pidIn(orphan.pidFile)
  if (Option.isNone(found)) return
  const pid = found.value
  if (yield* isOurs(orphan, pid)) yield* endProcess(orphan, pid)
  else yield* dropStalePidFile(orphan, pid)
})
