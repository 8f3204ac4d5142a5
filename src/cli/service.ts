/** A service beside others: it says what it does in its log, and stops when it is told to. */

import { Config, ConfigProvider, Console, Effect, Option, Redacted } from "effect"

import { EmbeddedConfig } from "#src/config/EmbeddedConfig.ts"
import { checkSecrets } from "#src/config/Secrets.ts"
import { makeHome } from "#src/embedded/makeHome.ts"
import { type Role } from "#src/main.ts"

import { keyFile, operatorKey } from "./operatorKey.ts"
import { startSystem } from "./system.ts"
import { untilSignal } from "./untilSignal.ts"

const serveRole = Effect.fnUntraced(function* (role: Role) {
  const { http } = yield* startSystem(role, { embedded: false })
  const address = Option.match(http, { onNone: () => ({}), onSome: (url) => ({ "http.url": url }) })
  yield* Effect.logInfo("serving", { role, ...address })
  return yield* Effect.never
}, Effect.scoped)

/** Where the environment names no key, the home folder keeps one; a new one is shown this once. */
const settingsOfGateway = Effect.gen(function* () {
  if (Option.isSome(yield* Config.option(Config.Redacted("CARILLON_OPERATOR_KEY")))) return {}
  const { home } = yield* EmbeddedConfig
  const { path } = yield* makeHome(home)
  const { isNew, key } = yield* operatorKey(path)
  if (isNew)
    yield* Console.error(
      `The operator's key, shown this once (it is kept in ${yield* keyFile(path)}): ${Redacted.value(key)}`
    )
  return { CARILLON_OPERATOR_KEY: Redacted.value(key) }
})

/** Before anything is connected to. */
const refuseWeakSecrets = Effect.fnUntraced(function* (isGateway: boolean) {
  const warnings = yield* checkSecrets(isGateway ? "gateway" : "no gateway")
  yield* Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
})

const serveWithKey = Effect.fnUntraced(function* (role: Role) {
  const isGateway = role === "gateway" || role === "all"
  const settings = isGateway ? yield* settingsOfGateway : {}
  const provider = ConfigProvider.orElse(
    ConfigProvider.fromUnknown(settings),
    yield* ConfigProvider.ConfigProvider
  )
  return yield* Effect.andThen(refuseWeakSecrets(isGateway), serveRole(role)).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, provider)
  )
})

export const runService = (role: Role) =>
  untilSignal(serveWithKey(role), (signal) => Effect.logInfo("stopping", { signal }))
