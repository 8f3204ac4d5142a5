/** Event types and templates on a database of their own. */

import { NodeServices } from "@effect/platform-node"
import { ConfigProvider, Effect, Layer } from "effect"

import { migrate } from "#src/postgres/migrate.ts"
import { Postgres } from "#src/postgres/Postgres.ts"
import { EventTypeRepository } from "#src/repositories/EventTypeRepository.ts"
import { OrganizationRepository } from "#src/repositories/OrganizationRepository.ts"
import { ProfileRepository } from "#src/repositories/ProfileRepository.ts"
import { TemplateRepository } from "#src/repositories/TemplateRepository.ts"
import { BuiltIns } from "#src/services/BuiltIns.ts"
import { EventTypes } from "#src/services/EventTypes.ts"
import { Previews } from "#src/services/Previews.ts"
import { Templates } from "#src/services/Templates.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"

const postgres = Layer.unwrap(
  Effect.map(freshDatabase, (url) =>
    Layer.provide(Postgres.layer, ConfigProvider.layer(ConfigProvider.fromUnknown({ DATABASE_URL: url })))
  )
).pipe(Layer.provide(NodeServices.layer))

const repositories = Layer.mergeAll(
  EventTypeRepository.layer,
  OrganizationRepository.layer,
  ProfileRepository.layer,
  TemplateRepository.layer
)

/** Migrated, and empty: no organization is there. */
export const catalogue = Layer.mergeAll(EventTypes.layer, BuiltIns.layer, Previews.layer).pipe(
  Layer.provideMerge(Templates.layer),
  Layer.provideMerge(repositories),
  Layer.provideMerge(Layer.effectDiscard(migrate)),
  Layer.provideMerge(postgres)
)
