/** Keys of the API, made over HTTP as the installation's operator does it. */

import { Effect, Schema } from "effect"

import { type AccessRole } from "#schemas/AccessRole.ts"
import { ApiKeyCreated } from "#schemas/http/apiKeys.ts"
import { call } from "#test/support/httpCall.ts"
import { operatorKey } from "#test/support/httpServer.ts"

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

/** As the installation's operator, for this organization. */
export const asOperatorOf = (organization: string) => ({
  ...bearer(operatorKey),
  "carillon-organization": organization
})

const decode = Schema.decodeUnknownEffect(Schema.Struct({ ...ApiKeyCreated.fields, key: Schema.String }))

export const newKey = Effect.fnUntraced(function* (role: AccessRole, organization = "default") {
  const reply = yield* call({
    path: "/api/v1/api-keys",
    headers: asOperatorOf(organization),
    body: { name: `the ${role} of ${organization}`, role }
  })
  return yield* Effect.orDie(decode(reply.json))
})
