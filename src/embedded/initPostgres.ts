/** Makes the data folder of Postgres and its database, once. */

import { randomBytes } from "node:crypto"

import { Effect, FileSystem, Option, Path } from "effect"

import { type PostgresPlace } from "#src/embedded/postgresPlace.ts"
import { runCommand } from "#src/embedded/runCommand.ts"
import { say } from "#src/embedded/Say.ts"

/** The owner of the database `carillon`, and its superuser: the server is ours alone. */
export const ROLE = "carillon"
export const DATABASE = "carillon"

/** Text sorts by code point and folds case by Unicode, the same on every system and version. */
const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

/**
 * The password of a new server: other users of this machine can reach its port too. It is kept in `file`,
 * readable by us alone, and there before the server is.
 */
const makePassword = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const password = randomBytes(24).toString("base64url")
  yield* fs.writeFileString(file, password, { mode: 0o600 })
  return password
})

/** initdb reads the password from a file that its own user can read; gone before the server starts. */
const passwordFile = (place: PostgresPlace, password: string) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = (yield* Path.Path).join(place.folder, "password.tmp")
      yield* fs.writeFileString(file, password, { mode: 0o600 })
      if (Option.isSome(place.as)) yield* fs.chown(file, place.as.value.uid, place.as.value.gid)
      return file
    }),
    (file) => Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.ignore(fs.remove(file, { force: true })))
  )

/** Built beside its place and renamed at the end: a start that was killed half way leaves nothing that looks complete. */
const build = Effect.fnUntraced(function* (place: PostgresPlace, data: string, password: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const draft = `${data}.new`
  yield* fs.remove(draft, { recursive: true, force: true })
  const run = (program: string, args: ReadonlyArray<string>, input = "") =>
    runCommand({
      program: join(place.programs, "bin", program),
      args,
      as: place.as,
      cwd: place.folder,
      input
    })
  const login = [
    `--username=${ROLE}`,
    "--auth=scram-sha-256",
    `--pwfile=${yield* passwordFile(place, password)}`
  ]
  yield* run("initdb", [`--pgdata=${draft}`, ...locale, ...login, "--data-checksums"])
  yield* run("postgres", ["--single", "-D", draft, "postgres"], `create database ${DATABASE}\n`)
  yield* fs.rename(draft, data)
}, Effect.scoped)

/** The password of the server in `data`, which is made where it is missing (about a second). */
export const initPostgres = Effect.fnUntraced(function* (
  place: PostgresPlace,
  data: string,
  passwordIn: string
) {
  const fs = yield* FileSystem.FileSystem
  if (yield* fs.exists(data)) return yield* fs.readFileString(passwordIn)
  yield* say(`making the data folder of Postgres in ${data}`)
  const password = yield* makePassword(passwordIn)
  yield* build(place, data, password)
  return password
})
