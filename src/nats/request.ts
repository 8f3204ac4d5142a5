/** One request to JetStream's API, with typed failures. */

import { JetStreamApiError, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream"
import { Effect, Option } from "effect"

import { JetStreamFailed, NatsAway } from "./errors.ts"
import { NatsConnection } from "./NatsConnection.ts"

/** Fails at once with `NatsAway` while there is no connection, and when it is lost before the answer. */
export const request = Effect.fnUntraced(function* <A>(
  operation: string,
  run: (manager: JetStreamManager) => Promise<A>
) {
  const { awaitDown, whileUp } = yield* NatsConnection
  const connection = yield* Effect.mapError(Effect.fromOption(whileUp()), () => new NatsAway({ operation }))
  const answer = Effect.tryPromise({
    try: () => jetstreamManager(connection, { checkAPI: false }).then(run),
    catch: (cause) =>
      new JetStreamFailed({
        operation,
        ...(cause instanceof JetStreamApiError && { code: cause.code }),
        cause
      })
  })
  return yield* Effect.raceFirst(answer, Effect.andThen(awaitDown, Effect.fail(new NatsAway({ operation }))))
})

/** The answer, or none where the server says that there is no such thing, by one of these codes. */
export const orNone =
  (...codes: ReadonlyArray<number>) =>
  <A, R>(
    answer: Effect.Effect<A, JetStreamFailed | NatsAway, R>
  ): Effect.Effect<Option.Option<A>, JetStreamFailed | NatsAway, R> =>
    Effect.catchIf(
      Effect.asSome(answer),
      (error) => error._tag === "JetStreamFailed" && codes.includes(error.code ?? 0),
      () => Effect.succeed(Option.none<A>())
    )

/** The server's codes for what is not there. */
export const notFound = { consumer: 10014, message: 10037, stream: 10059 } as const
