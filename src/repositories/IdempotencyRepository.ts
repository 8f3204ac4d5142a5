/** What was asked for, and answered, under a caller's own key. */

import { Array as Arr, Context, Effect, Layer, type Option } from "effect"

import { type OrganizationId } from "#schemas/Ids.ts"
import { type PostgresError } from "#src/postgres/errors.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"

export interface KeptAnswer {
  readonly same_request: boolean
  readonly answer: unknown
}

export interface IdempotentRequest {
  readonly organizationId: OrganizationId
  readonly key: string
  /** sha256 of what was asked for, hex. */
  readonly requestHash: string
}

interface RolledBack<E> {
  readonly _tag: "RolledBack"
  readonly error: E
}

/** The effect's own failures stay what they are. */
const inLedger = <A, E, R>(
  effect: Effect.Effect<A, PostgresError | RolledBack<E>, R>
): Effect.Effect<A, E | LedgerUnreachable, R> =>
  effect.pipe(
    Effect.catch((error): Effect.Effect<never, E | LedgerUnreachable> =>
      error._tag === "RolledBack" ? Effect.fail(error.error) : orUnreachable(Effect.fail(error))
    )
  )

/** A key that has outlived its 24 hours is as good as new. Counts the requests that hold it, all of them the same. */
const claimKey = (sql: Sql, { key, organizationId, requestHash }: IdempotentRequest) => sql<
  Array<{ mine: boolean }>
>`
  insert into idempotency_keys as kept (organization_id, key, request_hash, answer)
  values (${organizationId}, ${key}, decode(${requestHash}, 'hex'), '{"holders": 1}')
  on conflict (organization_id, key) do update set
    request_hash = case when kept.created_at > now() - interval '24 hours'
      then kept.request_hash else excluded.request_hash end,
    created_at = case when kept.created_at > now() - interval '24 hours'
      then kept.created_at else excluded.created_at end,
    answer = case
      when kept.created_at <= now() - interval '24 hours' then excluded.answer
      when kept.request_hash = excluded.request_hash and kept.answer ? 'holders'
        then jsonb_build_object('holders', (kept.answer ->> 'holders')::int + 1)
      else kept.answer end
  returning request_hash = decode(${requestHash}, 'hex') as mine`

/** One that succeeded never lets go: the key is free again only where all of them have failed. */
const releaseKey = (sql: Sql, { key, organizationId, requestHash }: IdempotentRequest) => sql`
  with held as (
    select organization_id, key, (answer ->> 'holders')::int as holders from idempotency_keys
    where organization_id = ${organizationId} and key = ${key} and request_hash = decode(${requestHash}, 'hex')
    for update
  ),
  freed as (
    delete from idempotency_keys k using held
    where k.organization_id = held.organization_id and k.key = held.key and held.holders <= 1
  )
  update idempotency_keys k set answer = jsonb_build_object('holders', held.holders - 1)
  from held where k.organization_id = held.organization_id and k.key = held.key and held.holders > 1`

const lockKey = (sql: Sql, { key, organizationId }: IdempotentRequest) => sql`
  select pg_advisory_xact_lock(hashtextextended(${`${organizationId} ${key}`}, 0))`

const findAnswer = (sql: Sql, { key, organizationId, requestHash }: IdempotentRequest) => sql<
  Array<KeptAnswer>
>`
  select request_hash = decode(${requestHash}, 'hex') as same_request, answer from idempotency_keys
  where organization_id = ${organizationId} and key = ${key} and created_at > now() - interval '24 hours'`

const keepAnswer = (sql: Sql, { key, organizationId, requestHash }: IdempotentRequest, answer: string) => sql`
  insert into idempotency_keys (organization_id, key, request_hash, answer)
  values (${organizationId}, ${key}, decode(${requestHash}, 'hex'), ${answer}::text::jsonb)
  on conflict (organization_id, key) do update set
    request_hash = excluded.request_hash, answer = excluded.answer, created_at = now()`

export class IdempotencyRepository extends Context.Service<
  IdempotencyRepository,
  {
    /** Takes the key for this request; true where it holds the key now, so also when it did before. */
    readonly claim: (request: IdempotentRequest) => Effect.Effect<boolean, LedgerUnreachable>
    /** Gives back a key that led to nothing; it stays with those who have claimed it as well. */
    readonly release: (request: IdempotentRequest) => Effect.Effect<void, LedgerUnreachable>
    /** Holds others with the same key off until the surrounding transaction ends. */
    readonly lock: (request: IdempotentRequest) => Effect.Effect<void, LedgerUnreachable>
    /** What was answered within the last 24 hours. */
    readonly find: (request: IdempotentRequest) => Effect.Effect<Option.Option<KeptAnswer>, LedgerUnreachable>
    /** Over an older one, where there is one. */
    readonly keep: (request: IdempotentRequest, answer: string) => Effect.Effect<void, LedgerUnreachable>
    /** One commit for all that the effect writes in its own fiber; rolled back where it fails. */
    readonly transaction: <A, E, R>(
      effect: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | LedgerUnreachable, R>
  }
>()("carillon/repositories/IdempotencyRepository") {
  static readonly layer = Layer.effect(
    IdempotencyRepository,
    Effect.gen(function* () {
      const postgres = yield* Postgres
      const rows = <A>(statement: (sql: Sql) => PromiseLike<A>) => orUnreachable(postgres.query(statement))
      const run = <A>(statement: (sql: Sql) => PromiseLike<A>) => Effect.asVoid(rows(statement))

      return IdempotencyRepository.of({
        claim: (request) =>
          Effect.map(
            rows((sql) => claimKey(sql, request)),
            (claimed) => claimed.some(({ mine }) => mine)
          ),
        release: (request) => run((sql) => releaseKey(sql, request)),
        lock: (request) => run((sql) => lockKey(sql, request)),
        find: (request) =>
          Effect.map(
            rows((sql) => findAnswer(sql, request)),
            Arr.head
          ),
        keep: (request, answer) => run((sql) => keepAnswer(sql, request, answer)),
        transaction: (effect) =>
          inLedger(
            postgres.transaction(Effect.mapError(effect, (error) => ({ _tag: "RolledBack" as const, error })))
          )
      })
    })
  )
}
