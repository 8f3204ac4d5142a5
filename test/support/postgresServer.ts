/** Databases for tests: each a new one, on the server of the run or, without one, on a server of its own. */

import { randomBytes } from "node:crypto"

import { Config, Effect, FileSystem, Option, Redacted } from "effect"
import postgres from "postgres"

import { makeHome } from "#src/embedded/makeHome.ts"
import { postgresServer } from "#src/embedded/postgresServer.ts"

const withClient = <A>(url: string, use: (sql: postgres.Sql) => Promise<A>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => postgres(url, { max: 1, onnotice: () => undefined })),
    (sql) => Effect.promise(() => use(sql)),
    (sql) => Effect.promise(() => sql.end())
  )

/** An embedded Postgres in a temporary home, which goes with the scope. Its URL. */
export const ownServer = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "carillon-postgres-" })
  // Postgres under root runs as another user, who passes through here.
  yield* fs.chmod(folder, 0o711)
  const home = yield* makeHome(`${folder}/home`)
  return Redacted.value(yield* postgresServer({ home, port: 0 }))
})

const server = Effect.gen(function* () {
  const shared = yield* Config.option(Config.NonEmptyString("TEST_DATABASE_URL"))
  return Option.isSome(shared) ? shared.value : yield* ownServer
})

/** The URL of an empty database, dropped when the scope ends. Of the server in TEST_DATABASE_URL where it is set. */
export const freshDatabase = Effect.gen(function* () {
  const url = new URL(yield* server)
  const admin = url.href
  const name = `test_${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(
    withClient(admin, (sql) => sql.unsafe(`create database ${name}`)),
    () => withClient(admin, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`))
  )
  url.pathname = `/${name}`
  return url.href
})
