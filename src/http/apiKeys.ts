/** `/api/v1/api-keys`: who may call, besides the installation's operator. */

import { Effect, Result } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { ApiKeyBody, ApiKeySummary } from "#schemas/http/apiKeys.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { defaultLimit } from "#schemas/http/Page.ts"
import { shorten } from "#schemas/Instant.ts"
import { invalid } from "#src/domain/Rejected.ts"
import { decodeStrict } from "#src/domain/strictBody.ts"
import { ApiKeys } from "#src/services/ApiKeys.ts"
import { type Idempotency } from "#src/services/Idempotency.ts"

import { organizationMismatch } from "./Authentication.ts"
import { idempotent } from "./idempotent.ts"
import { respond } from "./problem.ts"
import { limits_bytes, readJson } from "./readBody.ts"

const decode = decodeStrict(ApiKeyBody)

const describe = (summary: ApiKeySummary): ApiKeySummary => ({
  ...summary,
  created_at: shorten(summary.created_at),
  last_used_at: summary.last_used_at === null ? null : shorten(summary.last_used_at)
})

const create = Effect.gen(function* () {
  const apiKeys = yield* ApiKeys
  const caller = yield* Caller
  const { value } = yield* readJson(limits_bytes.resource)
  const body = yield* Effect.fromResult(
    Result.mapError(decode(value), (errors) => invalid("invalid_body", errors))
  )
  const { name, organization_id: organizationId = caller.organizationId, role } = body
  if (organizationId !== caller.organizationId && !caller.ofInstallation)
    return yield* Effect.fail(organizationMismatch)
  yield* apiKeys.prepare(organizationId)
  // Kept out of the answer that is kept for repetitions: nothing may hold a key in clear.
  let shown: string | null = null
  const make = Effect.map(apiKeys.create({ organizationId, name, role }), ({ key, summary }) => {
    shown = key
    return describe(summary)
  })
  const summary = yield* idempotent(value, ApiKeySummary, make)
  return HttpServerResponse.jsonUnsafe(
    { ...summary, key: shown },
    { status: 201, headers: { "cache-control": "no-store" } }
  )
})

const revoke = Effect.fnUntraced(function* (apiKeyId: string) {
  const { organizationId } = yield* Caller
  yield* ApiKeys.use(({ revoke }) => revoke({ organizationId, apiKeyId }))
  return HttpServerResponse.empty({ status: 204 })
})

const list = Effect.fnUntraced(function* ({
  limit = defaultLimit,
  offset = 0
}: {
  readonly limit?: number
  readonly offset?: number
}) {
  const { organizationId } = yield* Caller
  const { items, ...members } = yield* ApiKeys.use(({ list }) => list(organizationId, { limit, offset }))
  return { api_keys: items.map(describe), ...members }
})

export const ApiKeysHandlers = HttpApiBuilder.group(
  Api,
  "apiKeys",
  Effect.fnUntraced(function* (handlers) {
    const provide = Effect.provideContext(yield* Effect.context<ApiKeys | Idempotency>())
    return handlers
      .handleRaw("create", () => respond(provide(create)))
      .handle("list", ({ query }) => respond(provide(list(query))))
      .handle("revoke", ({ params }) => respond(provide(revoke(params.api_key_id))))
  })
)
