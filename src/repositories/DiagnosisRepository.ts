/** What `carillon doctor` asks Postgres. */

import { Context, Effect, Layer } from "effect"

import { type StoredEventType, type StoredTemplate } from "#src/domain/diagnosis/catalogue.ts"
import { type PostgresFacts } from "#src/domain/diagnosis/ledger.ts"
import { pendingMigrations } from "#src/postgres/migrate.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

interface Server {
  readonly version: number
  readonly fsync: string
  readonly full_page_writes: string
  readonly synchronous_commit: string
  /** Milliseconds since 1970. */
  readonly now_ms: number
}

const askServer = (sql: Sql) => sql<Array<Server>>`
  select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
    current_setting('full_page_writes') as full_page_writes,
    current_setting('synchronous_commit') as synchronous_commit,
    (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms`

/** Of all partitioned tables, in both months. */
const askPartitions = (sql: Sql) => sql<Array<{ readonly complete: boolean }>>`
  select bool_and(to_regclass(parent.schema || '.' || parent.name || to_char(month, '_YYYY_MM')) is not null)
    as complete
  from (values ('public', 'events'), ('campaign', 'campaign_messages'), ('campaign', 'delivery_attempts'))
    as parent (schema, name)
  cross join unnest(array[now(), now() + interval '1 month']) as month`

/** More than these are not looked at: a person reads the answer. */
const most = 5000

const askTemplates = (sql: Sql) => sql<Array<StoredTemplate>>`
  select organization_id, template_id, template_code, channel, locale, version, description, syntax, content,
    created_at, updated_at
  from message_templates order by organization_id, template_code, channel, locale limit ${most}`

const askEventTypes = (sql: Sql) => sql<Array<StoredEventType>>`
  select organization_id, event_type, notifications from event_types order by organization_id, event_type limit ${most}`

export class DiagnosisRepository extends Context.Service<
  DiagnosisRepository,
  {
    /** Fails where Postgres does not answer; so do the others. */
    readonly nowMillis: Effect.Effect<number, LedgerUnreachable>
    readonly facts: Effect.Effect<PostgresFacts, LedgerUnreachable>
    readonly templates: Effect.Effect<ReadonlyArray<StoredTemplate>, LedgerUnreachable>
    readonly eventTypes: Effect.Effect<ReadonlyArray<StoredEventType>, LedgerUnreachable>
  }
>()("carillon/repositories/DiagnosisRepository") {
  static readonly layer = Layer.effect(
    DiagnosisRepository,
    Effect.gen(function* () {
      const postgres = yield* Postgres
      const { rows } = statementsOn(postgres)
      const missing = orUnreachable(Effect.provideService(pendingMigrations, Postgres, postgres))

      const server = Effect.flatMap(rows(askServer), ([row]) => Effect.orDie(Effect.fromNullishOr(row)))

      const facts = Effect.gen(function* () {
        const { fsync, full_page_writes, synchronous_commit, version } = yield* server
        const partitions = yield* rows(askPartitions)
        return {
          version,
          settings: { fsync, full_page_writes, synchronous_commit },
          missingMigrations: yield* missing,
          hasPartitions: partitions.every(({ complete }) => complete)
        } satisfies PostgresFacts
      })

      return DiagnosisRepository.of({
        nowMillis: Effect.map(server, ({ now_ms }) => now_ms),
        facts,
        templates: rows(askTemplates),
        eventTypes: rows(askEventTypes)
      })
    })
  )
}
