/** Looks at the Auth service, where there is one, for `carillon doctor`. */

import { Effect, Option } from "effect"
import { type HttpClient } from "effect/http"

import { type Finding } from "#src/domain/diagnosis/Finding.ts"
import { diagnoseAuth } from "#src/domain/diagnosis/machine.ts"
import { probeAuth } from "#src/providers/auth/probeAuth.ts"

/** @param base its address; none where the local profiles serve */
export const examineAuth = (
  base: Option.Option<string>
): Effect.Effect<ReadonlyArray<Finding>, never, HttpClient.HttpClient> =>
  Effect.forEach(Option.toArray(base), (base) => Effect.map(probeAuth(base), diagnoseAuth))
