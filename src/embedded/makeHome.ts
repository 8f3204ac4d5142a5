/** The home folder of one machine and what is in it. */

import { Effect, FileSystem, Path } from "effect"

export interface Home {
  /** Without symbolic links, so that it reads the same in every process's command line. */
  readonly path: string
  readonly programs: string
  readonly logs: string
  readonly nats: string
  readonly postgres: string
  readonly mail: string
}

/**
 * Makes it where it is missing. The folder itself can be passed through but not listed by others, because
 * Postgres under root runs as another user; everything of worth in it is its owner's alone.
 */
export const makeHome = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  yield* fs.makeDirectory(folder, { recursive: true, mode: 0o711 })
  const path = yield* fs.realPath(folder)
  const home: Home = {
    path,
    programs: join(path, "bin"),
    logs: join(path, "log"),
    nats: join(path, "nats"),
    postgres: join(path, "postgres"),
    mail: join(path, "mail")
  }
  for (const inner of [home.logs, home.nats, home.mail])
    yield* fs.makeDirectory(inner, { recursive: true, mode: 0o700 })
  yield* fs.makeDirectory(home.programs, { recursive: true })
  return home
})
