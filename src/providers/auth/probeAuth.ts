/** One question to the Auth service about someone whom nobody knows, to see whether it is one. */

import { randomUUID } from "node:crypto"

import { Effect } from "effect"
import { HttpClient } from "effect/http"

import { type AuthFacts } from "#src/domain/diagnosis/machine.ts"

const silent: AuthFacts = { status: null, isJson: false }

/** Never fails, and takes three seconds at most. `base` has no slash at its end. */
export const probeAuth = (base: string): Effect.Effect<AuthFacts, never, HttpClient.HttpClient> =>
  HttpClient.get(`${base}/api/v1/users/${randomUUID()}/profile`).pipe(
    Effect.map(({ headers, status }) => ({
      status,
      isJson: /\bjson\b/i.test(headers["content-type"] ?? "")
    })),
    Effect.timeout("3 seconds"),
    Effect.orElseSucceed(() => silent)
  )
