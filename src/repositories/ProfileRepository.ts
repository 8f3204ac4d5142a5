/** The people we know ourselves. */

import { Context, Effect, Layer, type Option } from "effect"

import { type OrganizationId } from "#schemas/Ids.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

/** What templates may say of a person. */
export interface Profile {
  readonly user_id: string
  readonly email: string | null
  readonly phone: string | null
  readonly first_name: string | null
  readonly last_name: string | null
  readonly locale: string | null
  readonly timezone: string | null
  readonly attributes: Readonly<Record<string, unknown>>
}

const readRow = (sql: Sql, organizationId: OrganizationId, userId: string) => sql<Array<Profile>>`
  select user_id, email, phone, first_name, last_name, locale, timezone, attributes
  from profiles where organization_id = ${organizationId} and user_id = ${userId}`

export class ProfileRepository extends Context.Service<
  ProfileRepository,
  {
    readonly get: (
      organizationId: OrganizationId,
      userId: string
    ) => Effect.Effect<Option.Option<Profile>, LedgerUnreachable>
  }
>()("carillon/repositories/ProfileRepository") {
  static readonly layer = Layer.effect(
    ProfileRepository,
    Effect.gen(function* () {
      const { first } = statementsOn(yield* Postgres)
      return ProfileRepository.of({
        get: (organizationId, userId) => first((sql) => readRow(sql, organizationId, userId))
      })
    })
  )
}
