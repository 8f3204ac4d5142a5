/** What all figures of one run of the bench share: sizes, one Postgres, a Redis program. */

import { Effect, type FileSystem, type Path, Scope } from "effect"

import { type Failure } from "../figures/Figure.ts"
import { freshDatabase, startPostgres } from "./postgres.ts"
import { findRedis, startRedis } from "./redis.ts"

type Once<A> = Effect.Effect<A, Failure, FileSystem.FileSystem | Path.Path | Scope.Scope>

export interface Machine {
  /** So much of the count of a full run. */
  readonly size: (count: number) => number
  /** An empty database of the server that all runs share. */
  readonly database: Once<{ readonly url: string; readonly pid: number }>
  /** A new Redis. */
  readonly redis: Once<{ readonly port: number; readonly pid: number }>
}

/** Whatever is needed is started, or found, when it is first needed. */
export const makeMachine = Effect.fnUntraced(function* (share: number) {
  const scope = yield* Effect.scope
  const postgres = yield* Effect.cached(Effect.provideService(startPostgres, Scope.Scope, scope))
  const redis = yield* Effect.cached(findRedis)
  return {
    size: (count) => Math.ceil(count * share),
    database: Effect.flatMap(postgres, (server) =>
      Effect.map(freshDatabase(server), (url) => ({ url, pid: server.pid }))
    ),
    redis: Effect.flatMap(redis, startRedis)
  } satisfies Machine
})
