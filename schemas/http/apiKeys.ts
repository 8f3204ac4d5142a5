/** Keys of the API: made, listed, revoked. */

import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"

import { AccessRole } from "../AccessRole.ts"
import { ApiKeyId, OrganizationId } from "../Ids.ts"
import { Authenticated } from "./Authenticated.ts"
import { pageMembers, pageQuery } from "./Page.ts"

export const ApiKeyBody = Schema.Struct({
  /** For people: what the key is for. */
  name: Schema.String.check(
    // oxlint-disable-next-line no-control-regex -- they are what it refuses
    Schema.isPattern(/^(?=[^]*\S)[^\u0000-\u001f\u007f-\u009f]{1,100}$/, {
      message: "expected 1 to 100 characters without control characters, one of them not a space"
    })
  ),
  role: AccessRole,
  /** Where it is the caller's own, or the caller is the installation's operator. */
  organization_id: Schema.optionalKey(OrganizationId)
})

/** Never the key, nor its hash. */
export const ApiKeySummary = Schema.Struct({
  api_key_id: ApiKeyId,
  organization_id: OrganizationId,
  name: Schema.String,
  role: AccessRole,
  created_at: Schema.String,
  /** To the minute; null before its first use. */
  last_used_at: Schema.NullOr(Schema.String)
})
export type ApiKeySummary = typeof ApiKeySummary.Type

export const ApiKeyCreated = Schema.Struct({
  ...ApiKeySummary.fields,
  /** Shown this once. Null where the request is a repetition under its `Idempotency-Key`. */
  key: Schema.NullOr(Schema.String)
})
export type ApiKeyCreated = typeof ApiKeyCreated.Type

export const ApiKeyList = Schema.Struct({ api_keys: Schema.Array(ApiKeySummary), ...pageMembers })

export class ApiKeysApi extends HttpApiGroup.make("apiKeys")
  .add(
    HttpApiEndpoint.post("create", "/", {
      payload: ApiKeyBody,
      success: ApiKeyCreated.pipe(HttpApiSchema.status(201))
    }),
    HttpApiEndpoint.get("list", "/", { query: pageQuery, success: ApiKeyList }),
    HttpApiEndpoint.delete("revoke", "/:api_key_id", {
      params: { api_key_id: ApiKeyId },
      success: HttpApiSchema.NoContent
    })
  )
  .middleware(Authenticated)
  .prefix("/api/v1/api-keys") {}
