/** `run.json` in the home folder: the addresses of the system that runs there, for the command line. */

import { Effect, FileSystem, Option, Path, Schema } from "effect"

/** Addresses as URLs; absent where that server is somebody else's. */
export const Run = Schema.Struct({
  pid: Schema.Int,
  http: Schema.String,
  nats: Schema.String,
  /** With its password: the file is readable by its owner alone. */
  postgres: Schema.String,
  smtp: Schema.String,
  mail: Schema.optionalKey(Schema.String)
})
export type Run = typeof Run.Type

const RunJson = Schema.fromJsonString(Run)
const encode = Schema.encodeEffect(RunJson)
const decode = Schema.decodeUnknownOption(RunJson)

const pathIn = (home: string) => Effect.map(Path.Path, (path) => path.join(home, "run.json"))

/** Replaced as a whole: a reader never sees half of it. */
export const writeRunFile = Effect.fnUntraced(function* (home: string, run: Run) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* pathIn(home)
  const text = yield* Effect.orDie(encode(run))
  yield* fs.writeFileString(`${file}.new`, text, { mode: 0o600 })
  yield* fs.rename(`${file}.new`, file)
})

/** Does nothing where there is none. */
export const removeRunFile = Effect.fnUntraced(function* (home: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(yield* pathIn(home), { force: true })
})

/** None where nothing was started there, or what is there cannot be read. May be stale after a kill -9: ask `http`. */
export const readRunFile = Effect.fnUntraced(function* (home: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.option(fs.readFileString(yield* pathIn(home)))
  return Option.flatMap(text, decode)
})
