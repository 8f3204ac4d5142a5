/** Keeps a server running: one that dies while we live is started again. */

import { Deferred, Effect, Schedule } from "effect"

import { type ServerFailed, type ServerProcess } from "#src/embedded/ServerProcess.ts"

/** From 0.2 s, doubling to at most 10 s: a server in a crash loop costs next to nothing. */
const backoff = Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("10 seconds")])

/**
 * Waits for the first start, whose failure is the caller's; later ones are logged and repeated for ever.
 * The scope's end stops the server.
 */
export const supervise = Effect.fnUntraced(function* <R>(
  name: string,
  start: Effect.Effect<ServerProcess, ServerFailed, R>
) {
  const started = yield* Deferred.make<void, ServerFailed>()
  const oneLife = Effect.gen(function* () {
    const process = yield* start
    yield* Deferred.succeed(started, undefined)
    const how = yield* Deferred.await(process.ended)
    yield* Effect.logError(`${name} ended (${how}), starting it again`)
  }).pipe(
    Effect.scoped,
    Effect.catchTag("ServerFailed", (error) =>
      Effect.flatMap(Deferred.fail(started, error), (isFirst) =>
        isFirst ? Effect.void : Effect.logError(error.message)
      )
    )
  )
  yield* oneLife.pipe(Effect.repeat(backoff), Effect.forkScoped)
  return yield* Deferred.await(started)
})
