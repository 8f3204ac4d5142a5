/** How many inputs a fuzzing test tries, and from which seed: few in every run of the tests, as many as one likes by hand. */

import { Config } from "effect"

/** `FUZZ_RUNS` and `FUZZ_SEED`; the seed of a failure is in its message. */
export const fuzzRuns = (byDefault: number) =>
  Config.all({
    numRuns: Config.Int("FUZZ_RUNS").pipe(Config.withDefault(byDefault)),
    seed: Config.Int("FUZZ_SEED").pipe(
      Config.orElse(() => Config.succeed(Math.trunc(performance.timeOrigin + performance.now()) % 2 ** 31))
    )
  })
