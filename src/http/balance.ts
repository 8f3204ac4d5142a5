/** `GET /api/v1/balance`. */

import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { Balance } from "#src/services/Balance.ts"

import { respond } from "./problem.ts"

export const BalanceHandlers = HttpApiBuilder.group(
  Api,
  "balance",
  Effect.fnUntraced(function* (handlers) {
    const balance = yield* Balance
    return handlers.handle("get", ({ query }) =>
      respond(
        Effect.gen(function* () {
          const { organizationId } = yield* Caller
          return query.execution_id === undefined
            ? yield* balance.ofOrganization(organizationId)
            : yield* balance.ofExecution(organizationId, query.execution_id)
        })
      )
    )
  })
)
