/** The roles of one process: started in a scope, drained before anything of it is closed. */

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { Embedded } from "#src/http/Authentication.ts"
import { engine, type Role } from "#src/main.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { Draining } from "#src/services/Draining.ts"

export interface System {
  /** Where the API listens; none where the role has no gateway. */
  readonly http: Option.Option<string>
  /** Returns when NATS is there and its streams are as defined. */
  readonly awaitReady: Effect.Effect<void>
}

/** Runs until the scope ends. `embedded`: everything is on this machine, so its users need no key. */
export const startSystem = Effect.fnUntraced(function* (role: Role, { embedded }: { embedded: boolean }) {
  const built = yield* Layer.build(Layer.provide(engine(role), Layer.succeed(Embedded, embedded)))
  // Added last, so it runs first: nothing new is begun while the rest is closed.
  yield* Effect.addFinalizer(() => Context.get(built, Draining).begin)
  return {
    http: Option.map(Context.getOption(built, HttpServer.HttpServer), ({ address }) =>
      HttpServer.formatAddress(address)
    ),
    awaitReady: Context.get(built, NatsConnection).awaitReady
  } satisfies System
})
