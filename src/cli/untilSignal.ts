/** A system runs until it is told to stop, and then ends in order. */

import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

/** Of the 30 s that orchestrators give. */
const limit = "28 seconds"

/** SIGHUP: the terminal was closed. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** Those after the first change nothing: npm passes on what the terminal has sent to us already. */
const firstSignal = Effect.callback<NodeJS.Signals>((resume) => {
  for (const signal of signals) process.on(signal, () => resume(Effect.succeed(signal)))
})

const giveUp = Effect.sleep(limit).pipe(
  Effect.andThen(Console.error(`Not all had ended within ${limit}: giving up.`)),
  Effect.andThen(Effect.sync(() => process.exit(1)))
)

/**
 * Returns when the first signal has come and the system's scope is closed; fails with it. What has not ended
 * 28 s after the signal is left to the next start, and the process exits with 1.
 */
export const untilSignal = <E, R>(
  system: Effect.Effect<never, E, R>,
  onSignal: (signal: NodeJS.Signals) => Effect.Effect<void>
) =>
  Effect.raceFirst(
    system,
    Effect.tap(firstSignal, (signal) => Effect.andThen(Effect.forkDetach(giveUp), onSignal(signal)))
  ).pipe(Effect.asVoid)
