/** Builds a Go program into our own folder; Go checks what it downloads against its checksum database. */

import { Effect, Path } from "effect"

import { runCommand } from "#src/embedded/runCommand.ts"
import { say } from "#src/embedded/Say.ts"

export interface GoProgram {
  readonly name: string
  /** `path@version`, the version exact. */
  readonly source: string
}

/** The path of the built program. Takes about a minute with an empty cache; fails where there is no Go. */
export const installWithGo = Effect.fnUntraced(function* ({ name, source }: GoProgram, folder: string) {
  const path = yield* Path.Path
  yield* runCommand({ program: "go", args: ["version"] })
  yield* say(`getting ${name} with go install ${source} (about a minute)`)
  yield* runCommand({ program: "go", args: ["install", source], env: { GOBIN: path.resolve(folder) } })
  return path.join(folder, name)
})
