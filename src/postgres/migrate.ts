/** Brings the schema forward: plain SQL files, each once, in order, one migrator at a time. */

import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { Effect, Schema } from "effect"

import { type PostgresError } from "./errors.ts"
import { locks } from "./locks.ts"
import { Postgres } from "./Postgres.ts"

const folder = join(import.meta.dirname, "../../migrations")

export class MigrationChanged extends Schema.TaggedError<MigrationChanged>()("MigrationChanged", {
  name: Schema.String
}) {
  override get message(): string {
    return `migration ${this.name} was applied with another content: restore the file and write a new migration instead`
  }
}

export class PostgresTooOld extends Schema.TaggedError<PostgresTooOld>()("PostgresTooOld", {
  version: Schema.String
}) {
  override get message(): string {
    return `Postgres ${this.version} is too old: 15 or newer is needed`
  }
}

const oldest = 150_000

interface Migration {
  readonly name: string
  readonly checksum: string
  readonly text: string
}

const readMigrations = Effect.sync((): ReadonlyArray<Migration> =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .map((name) => {
      const text = readFileSync(join(folder, name), "utf8")
      return { name, text, checksum: createHash("sha256").update(text).digest("hex") }
    })
)

const checkVersion = Effect.gen(function* () {
  const postgres = yield* Postgres
  const rows = yield* postgres.query(
    (sql) => sql<Array<{ number: number; version: string }>>`
      select current_setting('server_version_num')::int as number, current_setting('server_version') as version`
  )
  for (const { number, version } of rows) if (number < oldest) return yield* new PostgresTooOld({ version })
})

const applyMissing = Effect.gen(function* () {
  const postgres = yield* Postgres
  // Another migrator may take long, and so may a change of a big table.
  yield* postgres.query((sql) =>
    sql.unsafe("set local statement_timeout = 0; set local lock_timeout = 0").simple()
  )
  // Two migrators at once: the second waits, and finds nothing to do.
  yield* postgres.query((sql) => sql`select pg_advisory_xact_lock(${locks.migrate})`)
  yield* postgres.query(
    (sql) => sql`create table if not exists schema_migrations (
      name text primary key, checksum text not null, applied_at timestamptz not null default now())`
  )
  const rows = yield* postgres.query(
    (sql) => sql<Array<{ name: string; checksum: string }>>`select name, checksum from schema_migrations`
  )
  const applied = new Map(rows.map(({ checksum, name }) => [name, checksum]))
  const missing: Array<string> = []
  for (const { checksum, name, text } of yield* readMigrations) {
    const before = applied.get(name)
    if (before === checksum) continue
    if (before !== undefined) return yield* new MigrationChanged({ name })
    yield* postgres.query((sql) => sql.unsafe(text).simple())
    yield* postgres.query(
      (sql) => sql`insert into schema_migrations (name, checksum) values (${name}, ${checksum})`
    )
    missing.push(name)
  }
  return missing
})

/** Whose files are there and whose rows are not: all of them where there is no schema yet. */
export const pendingMigrations: Effect.Effect<ReadonlyArray<string>, PostgresError, Postgres> = Effect.gen(
  function* () {
    const { query } = yield* Postgres
    const [table] = yield* query(
      (sql) => sql<Array<{ there: boolean }>>`select to_regclass('schema_migrations') is not null as there`
    )
    const rows =
      table?.there === true
        ? yield* query((sql) => sql<Array<{ name: string }>>`select name from schema_migrations`)
        : []
    const applied = new Set(rows.map(({ name }) => name))
    return (yield* readMigrations).map(({ name }) => name).filter((name) => !applied.has(name))
  }
)

/** The names of those that were applied now; all of them or none. */
export const migrate: Effect.Effect<
  ReadonlyArray<string>,
  PostgresError | MigrationChanged | PostgresTooOld,
  Postgres
> = Effect.gen(function* () {
  yield* checkVersion
  return yield* Postgres.use(({ patient }) => patient.transaction(applyMissing))
})
