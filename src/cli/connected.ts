/** NATS, for commands that need it for a moment. */

import { Config, Effect, Layer } from "effect"

import { nats } from "#src/main.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"

import { NoAnswer } from "./errors.ts"
import { withoutLogin } from "./withoutLogin.ts"

const patience = "5 seconds"

const address = Config.NonEmptyString("NATS_URL").pipe(
  Config.withDefault("nats://127.0.0.1:4222"),
  Config.map(withoutLogin)
)

const connect = Effect.gen(function* () {
  const away = new NoAnswer({ what: "NATS", address: yield* address })
  yield* NatsConnection.use(({ awaitUp }) => awaitUp).pipe(
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(away) })
  )
})

/** Fails where there is no connection within five seconds. */
export const connected = Layer.provideMerge(Layer.effectDiscard(connect), nats)
