/** One Postgres for the whole bench, as Carillon starts it on one machine; a new database for each run. */

import { randomBytes } from "node:crypto"

import { Effect, FileSystem, Path, Redacted } from "effect"
import postgres from "postgres"

import { makeHome } from "../../src/embedded/makeHome.ts"
import { postgresServer } from "../../src/embedded/postgresServer.ts"

export interface Postgres {
  readonly url: string
  readonly pid: number
}

export const startPostgres = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "carillon-bench-postgres-" })
  // Postgres under root runs as another user, who passes through here.
  yield* fs.chmod(folder, 0o711)
  const home = yield* makeHome(join(folder, "home"))
  const url = yield* postgresServer({ home, port: 0 })
  const pid = Number.parseInt(yield* fs.readFileString(join(home.postgres, "data", "postmaster.pid")), 10)
  return { url: Redacted.value(url), pid } satisfies Postgres
})

const tell = (url: string, statements: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const sql = postgres(url, { max: 1, onnotice: () => undefined })
    // oxlint-disable-next-line no-await-in-loop -- in order
    for (const statement of statements) await sql.unsafe(statement)
    await sql.end()
  })

/** Empty, after a checkpoint; dropped with the scope. Its URL. */
export const freshDatabase = Effect.fnUntraced(function* (server: Postgres) {
  const name = `bench_${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(tell(server.url, [`create database ${name}`, "checkpoint"]), () =>
    tell(server.url, [`drop database if exists ${name} with (force)`])
  )
  const url = new URL(server.url)
  url.pathname = `/${name}`
  return url.href
})
