/** The system that a command is about: what the environment names, else what runs in the home folder. */

import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

import { EmbeddedConfig } from "#src/config/EmbeddedConfig.ts"
import { readRunFile } from "#src/embedded/runFile.ts"

import { NothingRuns } from "./errors.ts"
import { keyFile } from "./operatorKey.ts"

const home = Effect.map(EmbeddedConfig, ({ home }) => home)
const run = Effect.flatMap(home, readRunFile)

export interface Api {
  /** Without a slash at its end. */
  readonly url: string
  readonly key: Option.Option<Redacted.Redacted>
}

const keyOfHome = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.option(fs.readFileString(yield* keyFile(yield* home)))
  return Option.map(text, (key) => Redacted.make(key.trim()))
})

/** `CARILLON_API_URL`, else what `run.json` says. The key of the home folder is for the home's own API alone. */
export const api = Effect.gen(function* () {
  const url = yield* Config.option(Config.NonEmptyString("CARILLON_API_URL"))
  const given = yield* Config.option(Config.Redacted("CARILLON_OPERATOR_KEY"))
  if (Option.isSome(url)) return { url: url.value.replace(/\/+$/, ""), key: given } satisfies Api
  const found = yield* run
  if (Option.isNone(found)) return yield* new NothingRuns({ home: yield* home, variable: "CARILLON_API_URL" })
  const key = Option.isSome(given) ? given : yield* keyOfHome
  return { url: found.value.http, key } satisfies Api
})

const isSet = (name: string) => Effect.map(Config.option(Config.NonEmptyString(name)), Option.isSome)

/** What the environment, or its parts, name: that goes over the home's. */
const namedBy = { NATS_URL: ["NATS_URL"], DATABASE_URL: ["DATABASE_URL", "POSTGRES_HOST"] } as const

/** The environment, and in it the server of what runs in the home folder, where it names none itself. */
export const environmentWith = (variable: keyof typeof namedBy) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const provider = yield* ConfigProvider.ConfigProvider
      const named = yield* Effect.forEach(namedBy[variable], isSet)
      if (named.includes(true)) return ConfigProvider.layer(provider)
      const found = yield* run
      if (Option.isNone(found)) return yield* new NothingRuns({ home: yield* home, variable })
      const { nats, postgres } = found.value
      const known = { [variable]: variable === "NATS_URL" ? nats : postgres }
      return ConfigProvider.layer(ConfigProvider.orElse(provider, ConfigProvider.fromUnknown(known)))
    })
  )
