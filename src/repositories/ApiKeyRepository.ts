/** Keys of the API, by their hashes. */

import { Context, Effect, Layer, type Option } from "effect"

import { type AccessRole } from "#schemas/AccessRole.ts"
import { type ApiKeySummary } from "#schemas/http/apiKeys.ts"
import { type ApiKeyId, type OrganizationId } from "#schemas/Ids.ts"
import { type Page } from "#src/domain/page.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

/** A key that somebody shows: its id, and the sha256 of all of it. */
export interface ShownKey {
  readonly apiKeyId: ApiKeyId
  readonly hash: Buffer
}

/** On whose behalf a key acts, and as what. */
export interface KeyHolder {
  /** Of the key that was shown, hex: several may be shown with one id, and but one of them is right. */
  readonly hash: string
  readonly organization_id: OrganizationId
  readonly name: string
  readonly role: AccessRole
}

export interface NewKey extends ShownKey {
  readonly organizationId: OrganizationId
  readonly name: string
  readonly role: AccessRole
}

export interface ApiKeyRef {
  readonly organizationId: OrganizationId
  readonly apiKeyId: string
}

const columns = (sql: Sql) => sql`api_key_id, organization_id, name, role, created_at, last_used_at`

const insertRow = (sql: Sql, { apiKeyId, hash, name, organizationId, role }: NewKey) => sql<
  Array<ApiKeySummary>
>`
  insert into api_keys (api_key_id, organization_id, name, role, key_hash)
  values (${apiKeyId}, ${organizationId}, ${name}, ${role}, ${hash})
  returning ${columns(sql)}`

const listRows = (sql: Sql, organizationId: OrganizationId, { limit, offset }: Page) => sql<
  Array<ApiKeySummary>
>`
  select ${columns(sql)} from api_keys where organization_id = ${organizationId}
  order by created_at desc, api_key_id limit ${limit} offset ${offset}`

const countRows = (sql: Sql, organizationId: OrganizationId) => sql<Array<{ readonly total: number }>>`
  select count(*) as total from api_keys where organization_id = ${organizationId}`

const deleteRow = (sql: Sql, { apiKeyId, organizationId }: ApiKeyRef) => sql<Array<ApiKeySummary>>`
  delete from api_keys where organization_id = ${organizationId} and api_key_id = ${apiKeyId}
  returning ${columns(sql)}`

/** Notes the use at most once a minute: a write a request would cost more than the request. */
const useRows = (sql: Sql, keys: ReadonlyArray<ShownKey>) => sql<Array<KeyHolder>>`
  with shown as (
    select distinct k.api_key_id, u.hash, k.organization_id, k.name, k.role, k.last_used_at
    from unnest(${keys.map(({ apiKeyId }) => apiKeyId)}::text[],
      ${keys.map(({ hash }) => hash.toString("hex"))}::text[]) as u (api_key_id, hash)
    join api_keys k on k.api_key_id = u.api_key_id and k.key_hash = decode(u.hash, 'hex')
  ), noted as (
    update api_keys set last_used_at = now()
    where api_key_id in (select api_key_id from shown where last_used_at is null or last_used_at < now() - interval '1 minute')
  )
  select hash, organization_id, name, role from shown`

export class ApiKeyRepository extends Context.Service<
  ApiKeyRepository,
  {
    readonly insert: (key: NewKey) => Effect.Effect<Option.Option<ApiKeySummary>, LedgerUnreachable>
    /** The newest first. */
    readonly list: (
      organizationId: OrganizationId,
      page: Page
    ) => Effect.Effect<
      { readonly items: ReadonlyArray<ApiKeySummary>; readonly total: number },
      LedgerUnreachable
    >
    /** What was removed. */
    readonly remove: (key: ApiKeyRef) => Effect.Effect<Option.Option<ApiKeySummary>, LedgerUnreachable>
    /** Those that exist, whole and unrevoked, each once, in any order; notes that they were used. */
    readonly use: (
      keys: ReadonlyArray<ShownKey>
    ) => Effect.Effect<ReadonlyArray<KeyHolder>, LedgerUnreachable>
  }
>()("carillon/repositories/ApiKeyRepository") {
  static readonly layer = Layer.effect(
    ApiKeyRepository,
    Effect.gen(function* () {
      const { first, rows } = statementsOn(yield* Postgres)

      const list = Effect.fn("ApiKeyRepository.list")(function* (organizationId: OrganizationId, page: Page) {
        const items = yield* rows((sql) => listRows(sql, organizationId, page))
        const counts = yield* rows((sql) => countRows(sql, organizationId))
        return { items, total: counts.at(0)?.total ?? 0 }
      })

      return ApiKeyRepository.of({
        insert: (key) => first((sql) => insertRow(sql, key)),
        list,
        remove: (key) => first((sql) => deleteRow(sql, key)),
        use: (keys) => rows((sql) => useRows(sql, keys))
      })
    })
  )
}
