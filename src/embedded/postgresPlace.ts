/**
 * Where Postgres lives and as whom it runs. An ordinary user: in the home folder, as that user. Root: as
 * another user, since Postgres refuses root; and where that user cannot reach the home folder or the
 * programs (below /root), elsewhere, with a link in the home folder.
 */

import { Effect, FileSystem, Option, Path } from "effect"

import { postgresPrograms } from "#src/embedded/postgresPrograms.ts"
import { runCommand, type User } from "#src/embedded/runCommand.ts"
import { say } from "#src/embedded/Say.ts"

export interface PostgresPlace {
  /** Owned by the user that Postgres runs as; holds `data`. */
  readonly folder: string
  /** Holds `bin`, `lib` and `share`. */
  readonly programs: string
  /** None: as ourselves. */
  readonly as: Option.Option<User>
}

const numericId = (user: string, flag: "-u" | "-g") =>
  Effect.map(runCommand({ program: "id", args: [flag, user] }), Number)

const userNamed = (name: string) => Effect.all({ uid: numericId(name, "-u"), gid: numericId(name, "-g") })

/** The user `postgres` of the machine, or `nobody`. */
const unprivilegedUser = userNamed("postgres").pipe(Effect.catch(() => userNamed("nobody")))

const reaches = (user: User, path: string) =>
  runCommand({ program: "test", args: ["-x", path], as: Option.some(user) }).pipe(Effect.isSuccess)

/** The folder's user; it is made where it is missing. It stays with the user that it once was made for: Postgres insists. */
const ownFolder = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
  const owner = yield* fs.stat(folder)
  const uid = Option.getOrElse(owner.uid, () => 0)
  if (uid !== 0) return { uid, gid: Option.getOrElse(owner.gid, () => uid) }
  const user = yield* unprivilegedUser
  yield* fs.chown(folder, user.uid, user.gid)
  return user
})

/** A folder of the machine that any user can reach; its name is drawn, so that a new home never finds old data. */
const folderElsewhere = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory("/var/lib", { recursive: true })
  const folder = yield* fs.makeTempDirectory({ directory: "/var/lib", prefix: "carillon-" })
  yield* fs.chmod(folder, 0o711)
  return folder
})

/** The link in the home folder is the record of where it is. Data that is there is never moved, nor removed. */
const folderForRoot = Effect.fnUntraced(function* (inHome: string) {
  const fs = yield* FileSystem.FileSystem
  const { dirname, join } = yield* Path.Path
  const user = yield* ownFolder(inHome)
  const folder = yield* fs.realPath(inHome)
  if ((yield* reaches(user, folder)) || (yield* fs.exists(join(folder, "data")))) return { folder, user }
  const elsewhere = join(yield* folderElsewhere, "postgres")
  yield* say(
    `Postgres cannot run as root, and its user cannot reach ${dirname(inHome)}: its data is in ${elsewhere}`
  )
  const other = yield* ownFolder(elsewhere)
  yield* fs.remove(inHome, { recursive: true })
  yield* fs.symlink(elsewhere, inHome)
  return { folder: elsewhere, user: other }
})

/** The programs, or a copy that the user can reach (some 60 MB, made once a version). */
const reachablePrograms = Effect.fnUntraced(function* (user: User, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const { folder: programs, version } = yield* postgresPrograms
  if (yield* reaches(user, join(programs, "bin", "postgres"))) return programs
  const copy = join(folder, `programs-${version}`)
  if (yield* fs.exists(copy)) return copy
  yield* say(`copying the programs of Postgres to ${copy}`)
  yield* fs.remove(`${copy}.new`, { recursive: true, force: true })
  yield* runCommand({ program: "cp", args: ["-R", programs, `${copy}.new`] })
  yield* runCommand({ program: "chown", args: ["-R", `${user.uid}:${user.gid}`, `${copy}.new`] })
  yield* fs.rename(`${copy}.new`, copy)
  return copy
})

/** Decides it, and makes the folder. `inHome` is where it is meant to be. */
export const postgresPlace = Effect.fnUntraced(function* (inHome: string) {
  const fs = yield* FileSystem.FileSystem
  if (process.getuid?.() !== 0) {
    yield* fs.makeDirectory(inHome, { recursive: true, mode: 0o700 })
    const place: PostgresPlace = {
      folder: inHome,
      programs: (yield* postgresPrograms).folder,
      as: Option.none()
    }
    return place
  }
  const { folder, user } = yield* folderForRoot(inHome)
  const place: PostgresPlace = {
    folder,
    programs: yield* reachablePrograms(user, folder),
    as: Option.some(user)
  }
  return place
})
