/** Keys of the API, for the person at the terminal. */

import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import { type AccessRole } from "#schemas/AccessRole.ts"
import { ApiKeyCreated, ApiKeyList, type ApiKeySummary } from "#schemas/http/apiKeys.ts"

import { get, post, remove } from "./ApiClient.ts"
import { asJson } from "./asJson.ts"

const path = "/api/v1/api-keys"

interface Asked {
  readonly name: string
  readonly role: AccessRole
  readonly json: boolean
}

/** The key alone on stdout, so that a shell can keep it; who it is, beside it. */
export const create = Effect.fnUntraced(function* ({ json, name, role }: Asked) {
  const made = yield* post(path, { name, role }, { schema: ApiKeyCreated })
  if (json) return yield* Console.log(asJson(made))
  yield* Console.error(
    `${made.api_key_id}, ${role} of ${made.organization_id}. The key is shown this once, and kept nowhere:`
  )
  yield* Console.log(made.key)
})

const line = ({ api_key_id, created_at, last_used_at, name, role }: ApiKeySummary): string =>
  `${api_key_id}  ${role.padEnd(10)}${created_at}  ${(last_used_at ?? "never used").padEnd(25)}${name}`

/** Of all pages. */
const readAll = Effect.gen(function* () {
  const found: Array<ApiKeySummary> = []
  let more = true
  while (more) {
    const page = yield* get(`${path}?limit=100&offset=${found.length}`, ApiKeyList)
    found.push(...page.api_keys)
    more = page.has_more
  }
  return found
})

export const list = Effect.fnUntraced(function* (json: boolean) {
  const keys = yield* readAll
  if (json) return yield* Console.log(asJson({ api_keys: keys }))
  yield* Console.log(keys.length === 0 ? "no keys" : keys.map(line).join("\n"))
})

export const revoke = Effect.fnUntraced(function* (id: string) {
  yield* remove(`${path}/${encodeURIComponent(id)}`)
  yield* Console.log(`${id} is revoked`)
})
