/**
 * Takes programs out of packages of Debian, ours out of sid, without installing them: the machine's own package lists,
 * sources and files are not touched, and no root is needed. apt checks the packages against Debian's key.
 */

import { Effect, FileSystem, Path, Schema } from "effect"

import { runCommand } from "#src/embedded/runCommand.ts"
import { say } from "#src/embedded/Say.ts"

export interface DebianProgram {
  readonly name: string
  readonly package: string
  /** Where the package puts it, without the leading slash. */
  readonly file: string
}

/** This is not a Debian, or one whose mirror does not have the package. */
export class NotFromDebian extends Schema.TaggedError<NotFromDebian>()("NotFromDebian", {
  reason: Schema.String
}) {
  override get message() {
    return this.reason
  }
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

/** The Debian mirror that this machine uses for itself, of `main`. */
const mirror = Effect.gen(function* () {
  const uris = yield* runCommand({ program: "apt-get", args: ["indextargets", "--format", "$(REPO_URI)"] })
  const found = uris.split("\n").find((uri) => /\/debian\/?$/.test(uri))
  return found ?? "http://deb.debian.org/debian/"
})

/** apt with folders of its own, which asks for nothing but the list of packages. */
const privateApt = (folder: string) =>
  [
    `Dir::Etc::SourceList=${folder}/suite.list`,
    "Dir::Etc::SourceParts=/dev/null",
    "Dir::Etc::PreferencesParts=/dev/null",
    `Dir::State::Lists=${folder}/lists`,
    `Dir::Cache=${folder}/cache`,
    "Acquire::Languages=none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
    "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false",
    "APT::Sandbox::User=root"
  ].flatMap((option) => ["-o", option])

export interface DebianPackages {
  /** A release's name, or `sid`. */
  readonly suite: string
  readonly packages: ReadonlyArray<string>
}

/** Their files, below `folder`. Takes a few seconds. */
export const unpackFromDebian = Effect.fnUntraced(function* (
  { packages, suite }: DebianPackages,
  folder: string
) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  if (!(yield* fs.exists(keyring))) return yield* new NotFromDebian({ reason: `${keyring} is missing` })
  const uri = yield* mirror
  yield* say(`getting ${packages.join(", ")} from Debian at ${uri} (a few seconds)`)

  const work = yield* fs.makeTempDirectoryScoped({ prefix: "carillon-apt-" })
  for (const inner of ["lists/partial", "cache/archives/partial"])
    yield* fs.makeDirectory(join(work, inner), { recursive: true })
  yield* fs.writeFileString(join(work, "suite.list"), `deb [signed-by=${keyring}] ${uri} ${suite} main\n`)

  const apt = { program: "apt-get", cwd: work }
  // Hooks of the machine's own configuration may fail without root after the list has come: the download decides.
  yield* Effect.ignore(runCommand({ ...apt, args: [...privateApt(work), "--quiet", "update"] }))
  yield* runCommand({ ...apt, args: [...privateApt(work), "--quiet", "download", ...packages] })
  const archives = (yield* fs.readDirectory(work)).filter((file) => file.endsWith(".deb"))
  if (archives.length < packages.length)
    return yield* new NotFromDebian({ reason: `not all of ${packages.join(", ")} came` })
  yield* fs.makeDirectory(folder, { recursive: true })
  for (const archive of archives)
    yield* runCommand({ program: "dpkg-deb", args: ["-x", join(work, archive), folder] })
  return undefined
}, Effect.scoped)

/** The path of the program. Takes a few seconds and 15 MB of downloads. */
export const installFromDebian = Effect.fnUntraced(function* (wanted: DebianProgram, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const unpacked = yield* fs.makeTempDirectoryScoped({ prefix: "carillon-package-" })
  yield* unpackFromDebian({ suite: "sid", packages: [wanted.package] }, unpacked)

  // Copied beside its place first: a killed copy must not pass for the program.
  yield* fs.makeDirectory(folder, { recursive: true })
  const program = join(folder, wanted.name)
  yield* fs.copyFile(join(unpacked, wanted.file), `${program}.new`)
  yield* fs.chmod(`${program}.new`, 0o755)
  yield* fs.rename(`${program}.new`, program)
  return program
}, Effect.scoped)
