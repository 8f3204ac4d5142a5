/** What all figures of one run of the bench share: sizes, one Postgres, a Redis program. */

import { Effect, type FileSystem, type Path, Scope } from "effect"

import { type Failure } from "../figures/Figure.ts"
import { freshDatabase, startPostgres } from "./postgres.ts"
import { findRedis, startRedis } from "./redis.ts"

type Once<A> = Effect.Effect<A, Failure, FileSystem.FileSystem | Path.Path | Scope.Scope>

export interface Machine {
  /** So much of the count of a full run. */
  readonly size: (count: number) => number
  /**
   * How much work there is, and how much of it comes before what counts: that part is all there whatever the share, since
   * a compiler warms up on so many pieces of work and not on a part of all.
   */
  readonly work: (counted: number, warm: number) => { readonly count: number; readonly warm: number }
  /** An empty database of the server that all runs share. */
  readonly database: Once<{ readonly url: string; readonly pid: number }>
  /** A new Redis. */
  readonly redis: Once<{ readonly port: number; readonly pid: number }>
}

/** Whatever is needed is started, or found, when it is first needed. */
export const makeMachine = Effect.fnUntraced(function* (share: number, isSmoke: boolean) {
  const scope = yield* Effect.scope
  const postgres = yield* Effect.cached(Effect.provideService(startPostgres, Scope.Scope, scope))
  const redis = yield* Effect.cached(findRedis)
  const size = (count: number) => Math.ceil(count * share)
  return {
    size,
    work: (counted, warm) => {
      const before = isSmoke ? size(warm) : warm
      return { count: before + size(counted), warm: before }
    },
    database: Effect.flatMap(postgres, (server) =>
      Effect.map(freshDatabase(server), (url) => ({ url, pid: server.pid }))
    ),
    redis: Effect.flatMap(redis, startRedis)
  } satisfies Machine
})
