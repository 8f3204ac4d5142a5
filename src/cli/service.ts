/** A service beside others: it says what it does in its log, and stops when it is told to. */

import { Effect, Option } from "effect"

import { type Role } from "#src/main.ts"

import { startSystem } from "./system.ts"
import { untilSignal } from "./untilSignal.ts"

const serveRole = Effect.fnUntraced(function* (role: Role) {
  const { http } = yield* startSystem(role, { embedded: false })
  const address = Option.match(http, { onNone: () => ({}), onSome: (url) => ({ "http.url": url }) })
  yield* Effect.logInfo("serving", { role, ...address })
  return yield* Effect.never
}, Effect.scoped)

export const runService = (role: Role) =>
  untilSignal(serveRole(role), (signal) => Effect.logInfo("stopping", { signal }))
