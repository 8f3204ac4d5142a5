/** Keys of the API: made, listed, revoked, and told apart at every request. */

import { createHash, randomBytes } from "node:crypto"

import { Clock, Context, Duration, Effect, Layer, Option, Result } from "effect"

import { type AccessRole } from "#schemas/AccessRole.ts"
import { type ApiKeySummary } from "#schemas/http/apiKeys.ts"
import { type OrganizationId } from "#schemas/Ids.ts"
import { apiKeyIdOf, idSize_bytes, makeApiKey, secretSize_bytes } from "#src/domain/apiKey.ts"
import { type Page, type PageOf, pageOf } from "#src/domain/page.ts"
import { missing, type Rejected } from "#src/domain/Rejected.ts"
import {
  type ApiKeyRef,
  ApiKeyRepository,
  type KeyHolder,
  type ShownKey
} from "#src/repositories/ApiKeyRepository.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { BoundedMap } from "./BoundedMap.ts"
import { BuiltIns } from "./BuiltIns.ts"
import { makeGroupCommit } from "./groupCommit.ts"

/** How long an answer of the ledger holds; a revoked key must be dead after five seconds, the slowest look included. */
const freshness = Duration.toMillis("2 seconds")

/** Keys that a process remembers, at about 300 bytes each. */
const mostRemembered = 10_000

/** Of one statement. */
const mostTogether = 500

interface Remembered {
  readonly holder: KeyHolder
  /** Before the ledger was asked; of a clock that only rises. */
  readonly askedAt_ms: number
}

export interface KeyToMake {
  readonly organizationId: OrganizationId
  readonly name: string
  readonly role: AccessRole
}

export interface MadeKey {
  readonly summary: ApiKeySummary
  /** Known to nobody afterwards. */
  readonly key: string
}

const hashOf = (key: string): Buffer => createHash("sha256").update(key).digest()

const now_ms = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))

export class ApiKeys extends Context.Service<
  ApiKeys,
  {
    /** Before the first key of an organization: one that is new begins with the built-ins. In no transaction. */
    readonly prepare: (organizationId: OrganizationId) => Effect.Effect<void, LedgerUnreachable>
    readonly create: (key: KeyToMake) => Effect.Effect<MadeKey, LedgerUnreachable>
    /** The newest first. */
    readonly list: (
      organizationId: OrganizationId,
      page: Page
    ) => Effect.Effect<PageOf<ApiKeySummary>, LedgerUnreachable>
    /** Every process refuses it within five seconds. */
    readonly revoke: (key: ApiKeyRef) => Effect.Effect<void, Rejected | LedgerUnreachable>
    /**
     * Whose key this is; none where it is nobody's. Asks the ledger at most every two seconds a key, all that wait by
     * one statement; while the ledger is away it fails, since a key may have been revoked.
     */
    readonly identify: (key: string) => Effect.Effect<Option.Option<KeyHolder>, LedgerUnreachable>
  }
>()("carillon/services/ApiKeys") {
  static readonly layer = Layer.effect(
    ApiKeys,
    Effect.gen(function* () {
      const repository = yield* ApiKeyRepository
      const builtIns = yield* BuiltIns
      const remembered = new BoundedMap<string, Remembered>(mostRemembered)

      /** One answer for each, in order. */
      const lookUp = Effect.fnUntraced(function* (shown: ReadonlyArray<ShownKey>) {
        const holders = new Map(
          (yield* repository.use(shown)).map((holder) => [holder.hash, holder] as const)
        )
        return shown.map(({ hash }) => Option.fromUndefinedOr(holders.get(hash.toString("hex"))))
      })
      const lookUpTogether = yield* makeGroupCommit(lookUp, mostTogether)

      const identify = Effect.fnUntraced(function* (key: string) {
        const apiKeyId = apiKeyIdOf(key)
        if (Option.isNone(apiKeyId)) return Option.none()
        const hash = hashOf(key)
        const name = hash.toString("hex")
        const askedAt_ms = yield* now_ms
        const known = remembered.get(name)
        if (known !== undefined && askedAt_ms - known.askedAt_ms < freshness) return Option.some(known.holder)
        const [found = Option.none()] = yield* lookUpTogether([{ apiKeyId: apiKeyId.value, hash }])
        if (Option.isSome(found)) remembered.set(name, { holder: found.value, askedAt_ms })
        return found
      })

      const create = Effect.fn("ApiKeys.create")(function* (wanted: KeyToMake) {
        const { apiKeyId, key } = makeApiKey(randomBytes(idSize_bytes), randomBytes(secretSize_bytes))
        const made = yield* repository.insert({ ...wanted, apiKeyId, hash: hashOf(key) })
        const summary = yield* Effect.orDie(Effect.fromOption(made))
        yield* Effect.logInfo("a key was made", {
          "key.id": apiKeyId,
          "key.role": wanted.role,
          "organization.id": wanted.organizationId
        })
        return { summary, key }
      })

      const revoke = Effect.fn("ApiKeys.revoke")(function* (ref: ApiKeyRef) {
        const removed = yield* repository.remove(ref)
        yield* Effect.fromResult(Result.fromOption(removed, () => missing(`there is no key ${ref.apiKeyId}`)))
        yield* Effect.logInfo("a key was revoked", {
          "key.id": ref.apiKeyId,
          "organization.id": ref.organizationId
        })
      })

      return ApiKeys.of({
        prepare: (organizationId) => builtIns.ensure([organizationId]),
        create,
        list: (organizationId, page) =>
          Effect.map(repository.list(organizationId, page), ({ items, total }) => pageOf(page, items, total)),
        revoke,
        identify
      })
    })
  )
}
