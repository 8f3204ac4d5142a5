/** One Carillon a home folder: the lock names its holder by process id and start time. */

import { Effect, FileSystem, Option, Path, Schema } from "effect"

import { startedAt } from "#src/embedded/processIdentity.ts"
import { readRunFile } from "#src/embedded/runFile.ts"

export class AlreadyRunning extends Schema.TaggedError<AlreadyRunning>()("AlreadyRunning", {
  pid: Schema.Int,
  /** Its HTTP address, where it has come that far. */
  http: Schema.optionalKey(Schema.String),
  home: Schema.String
}) {
  override get message() {
    const where = this.http === undefined ? "is starting" : `runs at ${this.http}`
    return `Carillon ${where} already (process ${this.pid}, home ${this.home}). Stop it, or set CARILLON_HOME and the ports for a second one.`
  }
}

const Holder = Schema.fromJsonString(Schema.Struct({ pid: Schema.Int, started: Schema.String }))
const encode = Schema.encodeEffect(Holder)
const decode = Schema.decodeUnknownOption(Holder)

/** The holder that still runs; none where the lock is a dead one's. */
const livingHolder = Effect.fnUntraced(function* (text: string) {
  const holder = decode(text)
  if (Option.isNone(holder)) return Option.none<number>()
  const started = yield* startedAt(holder.value.pid)
  return Option.exists(started, (at) => at === holder.value.started)
    ? Option.some(holder.value.pid)
    : Option.none<number>()
})

/**
 * Moves a dead one's lock away. Renaming is what only one of several starters
 * can do to it; who finds another's fresh lock in hand gives it back.
 */
const breakLock = Effect.fnUntraced(function* (lock: string, stale: string) {
  const fs = yield* FileSystem.FileSystem
  const aside = `${lock}.broken-by-${process.pid}`
  yield* fs.rename(lock, aside)
  if ((yield* fs.readFileString(aside)) !== stale) yield* Effect.ignore(fs.link(aside, lock))
  yield* fs.remove(aside)
})

/** Takes the lock by linking a complete file: nobody ever reads a half-written one. False where one is there. */
const take = Effect.fnUntraced(function* (lock: string) {
  const fs = yield* FileSystem.FileSystem
  const mine = `${lock}.${process.pid}`
  const started = Option.getOrElse(yield* startedAt(process.pid), () => "")
  yield* fs.writeFileString(mine, yield* Effect.orDie(encode({ pid: process.pid, started })), { mode: 0o600 })
  const taken = yield* fs.link(mine, lock).pipe(
    Effect.as(true),
    Effect.catchIf(
      (error) => error.reason._tag === "AlreadyExists",
      () => Effect.succeed(false)
    )
  )
  yield* fs.remove(mine)
  return taken
})

const alreadyRunning = Effect.fnUntraced(function* (home: string, pid: number) {
  const run = Option.filter(yield* readRunFile(home), (run) => run.pid === pid)
  const http = Option.match(run, { onNone: () => ({}), onSome: ({ http }) => ({ http }) })
  return yield* new AlreadyRunning({ pid, home, ...http })
})

/** Fails where the lock's holder runs; else the lock is away, or somebody else has just taken it. */
const clearLock = Effect.fnUntraced(function* (home: string, lock: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(lock).pipe(Effect.orElseSucceed(() => ""))
  const pid = yield* livingHolder(text)
  if (Option.isSome(pid)) return yield* alreadyRunning(home, pid.value)
  return yield* Effect.ignore(breakLock(lock, text))
})

const acquire = Effect.fnUntraced(function* (home: string, lock: string) {
  while (!(yield* take(lock))) yield* clearLock(home, lock)
})

/** Holds the home folder until the scope ends. */
export const lockHome = Effect.fnUntraced(function* (home: string) {
  const fs = yield* FileSystem.FileSystem
  const lock = (yield* Path.Path).join(home, "lock")
  yield* Effect.acquireRelease(acquire(home, lock), () => Effect.ignore(fs.remove(lock)))
})
