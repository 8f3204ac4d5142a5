/** The operator's key of one machine: from the environment, else kept in the home folder. */

import { randomBytes } from "node:crypto"

import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"

export const keyFile = (home: string) => Effect.map(Path.Path, (path) => path.join(home, "operator.key"))

export interface OperatorKey {
  readonly key: Redacted.Redacted
  /** Made by this start: to be shown this once. */
  readonly isNew: boolean
}

const makeKey = Effect.sync(() => randomBytes(32).toString("base64url"))

/** `CARILLON_OPERATOR_KEY`, else the home's, which is made where it is missing, readable by its owner alone. */
export const operatorKey = Effect.fnUntraced(function* (home: string) {
  const given = yield* Config.option(Config.Redacted("CARILLON_OPERATOR_KEY"))
  if (Option.isSome(given)) return { key: given.value, isNew: false } satisfies OperatorKey
  const fs = yield* FileSystem.FileSystem
  const file = yield* keyFile(home)
  if (yield* fs.exists(file)) {
    const text = yield* fs.readFileString(file)
    return { key: Redacted.make(text.trim()), isNew: false } satisfies OperatorKey
  }
  const key = yield* makeKey
  yield* fs.writeFileString(file, `${key}\n`, { flag: "wx", mode: 0o600 })
  return { key: Redacted.make(key), isNew: true } satisfies OperatorKey
})
