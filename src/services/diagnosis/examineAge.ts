/** Looks whether this Postgres is as far as the world, for `carillon doctor`. */

import { Effect } from "effect"

import { type Finding, ok, problem } from "#src/domain/diagnosis/Finding.ts"
import { whySafe } from "#src/domain/ledgerClock.ts"

import { SafeMode } from "../SafeMode.ts"

const subject = "age of the ledger"

/** Nothing where one of the two cannot be asked: that is a finding of its own. */
export const examineAge: Effect.Effect<ReadonlyArray<Finding>, never, SafeMode> = SafeMode.use(({ look }) =>
  Effect.match(Effect.timeout(look, "5 seconds"), {
    onFailure: () => [],
    onSuccess: (age) => [
      age === "current"
        ? ok(subject, "this Postgres is as far as NATS remembers")
        : problem(subject, whySafe[age], "Run carillon restore --help, and choose.")
    ]
  })
)
