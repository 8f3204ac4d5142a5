/** NATS, for commands that need it for a moment. */

import { Effect, Layer, Redacted } from "effect"

import { NatsConfig } from "#src/config/NatsConfig.ts"
import { nats } from "#src/main.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"

import { NoAnswer } from "./errors.ts"
import { withoutLogin } from "./withoutLogin.ts"

const patience = "5 seconds"

const connect = Effect.gen(function* () {
  const { url } = yield* NatsConfig
  const away = new NoAnswer({ what: "NATS", address: withoutLogin(Redacted.value(url)) })
  yield* NatsConnection.use(({ awaitUp }) => awaitUp).pipe(
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(away) })
  )
})

/** Fails where there is no connection within five seconds. */
export const connected = Layer.provideMerge(Layer.effectDiscard(connect), nats)
