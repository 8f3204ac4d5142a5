/** A Postgres that keeps its connections and never answers: calls fail in their time, and go on when it answers again. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Deferred, Effect, Fiber, Layer } from "effect"

import { Postgres } from "#src/postgres/Postgres.ts"
import { stoppablePostgres } from "#test/support/faults.ts"

const one = ({ query }: Pick<Postgres["Service"], "query">) =>
  Effect.map(
    query((sql) => sql<Array<{ n: number }>>`select 1 as n`),
    ([row]) => row?.n
  )
const many = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.all(
    Array.from({ length: 30 }, () => effect),
    { concurrency: "unbounded" }
  )

const onOwnServer = <E>(
  test: (server: Effect.Success<typeof stoppablePostgres>) => Effect.Effect<void, E, Postgres>
) =>
  Effect.gen(function* () {
    const server = yield* stoppablePostgres
    const config = ConfigProvider.layer(ConfigProvider.fromUnknown({ DATABASE_URL: server.url }))
    yield* test(server).pipe(Effect.provide(Layer.provide(Postgres.layer, config)))
  }).pipe(Effect.provide(NodeServices.layer))

/** Most of it is the time that the server is given. */
const timeout = 60_000

describe("Postgres, frozen", () => {
  it.live(
    "fails what waits for it, in a transaction and out of one, and goes on when it thaws",
    () =>
      onOwnServer(({ freeze, thaw }) =>
        Effect.gen(function* () {
          const postgres = yield* Postgres
          const { patient, transaction } = postgres
          // Connections to freeze with.
          yield* Effect.all([many(one(postgres)), one(patient)])
          const frozen = yield* Deferred.make<void>()
          const inside = one(postgres).pipe(
            Effect.andThen(freeze),
            Effect.andThen(Deferred.succeed(frozen, undefined)),
            Effect.andThen(one(postgres))
          )
          const afterwards = <A, E>(effect: Effect.Effect<A, E>) =>
            Effect.andThen(Deferred.await(frozen), Effect.flip(effect))
          const failures = yield* Effect.all(
            [
              Effect.flip(transaction(inside)),
              many(afterwards(one(postgres))),
              afterwards(one(patient)),
              afterwards(patient.transaction(one(patient)))
            ],
            { concurrency: "unbounded" }
          )
          for (const failure of failures.flat()) assert.strictEqual(failure._tag, "PostgresUnreachable")
          yield* thaw
          assert.deepStrictEqual(new Set(yield* many(one(postgres))), new Set([1]))
          assert.strictEqual(yield* transaction(one(postgres)), 1)
          assert.strictEqual(yield* one(patient), 1)
        })
      ),
    timeout
  )

  it.live(
    "gives up a statement that takes too long, or waits for a lock",
    () =>
      onOwnServer(() =>
        Effect.gen(function* () {
          const { query, transaction } = yield* Postgres
          const slow = yield* Effect.flip(query((sql) => sql`select pg_sleep(60)`))
          assert.deepStrictEqual([slow._tag, slow.code], ["PostgresUnreachable", "57014"])

          yield* query((sql) => sql`create table t (n int)`)
          const locked = yield* Deferred.make<void>()
          const lock = query((sql) => sql`lock table t`).pipe(
            Effect.andThen(Deferred.succeed(locked, undefined)),
            Effect.andThen(Effect.never)
          )
          const holder = yield* Effect.forkChild(transaction(lock))
          yield* Deferred.await(locked)
          const behind = yield* Effect.flip(query((sql) => sql`select from t`))
          assert.deepStrictEqual([behind._tag, behind.code], ["PostgresUnreachable", "55P03"])
          yield* Fiber.interrupt(holder)
        })
      ),
    timeout
  )
})
