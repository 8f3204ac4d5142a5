/** A transaction ends with its fiber and with its connection, and never lives on in the pool. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Deferred, Effect, Fiber, Layer, Redacted } from "effect"

import { Postgres, type Sql } from "#src/postgres/Postgres.ts"
import { eventually } from "#test/support/eventually.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"

/** Two connections for these, one for lists, one for upkeep: what one keeps open, the next statement would soon meet. */
const onDatabase = <E>(test: Effect.Effect<void, E, Postgres>) =>
  Effect.gen(function* () {
    const url = yield* freshDatabase
    const settings = {
      DATABASE_URL: typeof url === "string" ? url : Redacted.value(url),
      DATABASE_POOL_SIZE: "4"
    }
    const config = ConfigProvider.layer(ConfigProvider.fromUnknown(settings))
    yield* test.pipe(Effect.provide(Layer.provide(Postgres.layer, config)))
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

const rows = Postgres.use(({ query }) =>
  query((sql) => sql<Array<{ n: number }>>`select n from t order by n`)
)
const insert = (n: number) => Postgres.use(({ query }) => query((sql) => sql`insert into t values (${n})`))
const makeTable = Postgres.use(({ query }) => query((sql) => sql`create table t (n int)`))
const ownPid = Postgres.use(({ query }) =>
  Effect.map(
    query((sql) => sql<Array<{ pid: number }>>`select pg_backend_pid() as pid`),
    ([row]) => row?.pid ?? 0
  )
)
const inTransaction = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Postgres, ({ transaction }) => transaction(effect))

describe("Postgres.transaction", () => {
  it.live("commits what succeeds and rolls back what fails or dies", () =>
    onDatabase(
      Effect.gen(function* () {
        yield* makeTable
        yield* inTransaction(insert(1))
        yield* Effect.exit(inTransaction(Effect.andThen(insert(2), Effect.fail("no"))))
        yield* Effect.exit(inTransaction(Effect.andThen(insert(3), Effect.die("bug"))))
        assert.deepStrictEqual([...(yield* rows)], [{ n: 1 }])
      })
    )
  )

  it.live(
    "rolls back when its fiber is interrupted, and leaves no open transaction to the next statement",
    () =>
      onDatabase(
        Effect.gen(function* () {
          yield* makeTable
          for (let n = 0; n < 4; n++) {
            const inside = yield* Deferred.make<void>()
            const fiber = yield* Effect.forkChild(
              inTransaction(
                Effect.andThen(insert(n), Effect.andThen(Deferred.succeed(inside, undefined), Effect.never))
              )
            )
            yield* Deferred.await(inside)
            yield* Fiber.interrupt(fiber)
          }
          yield* insert(9)
          const open = yield* Postgres.use(({ query }) =>
            query(
              (sql) => sql<Array<{ pid: number }>>`
              select pid from pg_stat_activity
              where datname = current_database() and state like 'idle in transaction%'`
            )
          )
          assert.deepStrictEqual([...open], [])
          assert.deepStrictEqual([...(yield* rows)], [{ n: 9 }])
        })
      )
  )

  it.live("fails when its connection is ended, and the pool goes on", () =>
    onDatabase(
      Effect.gen(function* () {
        yield* makeTable
        for (let n = 0; n < 4; n++) {
          const inside = yield* Deferred.make<number>()
          const fiber = yield* Effect.forkChild(
            inTransaction(
              Effect.gen(function* () {
                yield* insert(n)
                yield* Deferred.succeed(inside, yield* ownPid)
                return yield* Effect.never
              })
            )
          )
          const pid = yield* Deferred.await(inside)
          yield* Postgres.use(({ query }) => query((sql) => sql`select pg_terminate_backend(${pid})`))
          const failure = yield* Effect.flip(Fiber.join(fiber))
          assert.strictEqual(failure._tag, "PostgresUnreachable")
        }
        yield* insert(9)
        assert.deepStrictEqual([...(yield* rows)], [{ n: 9 }])
      })
    )
  )
})

/** As the server sees them. */
const running = Postgres.use(({ query }) =>
  Effect.map(
    query(
      (sql) => sql<Array<{ n: number }>>`
        select count(*) as n from pg_stat_activity
        where datname = current_database() and state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`
    ),
    ([row]) => Number(row?.n)
  )
)
const asleep = eventually("the statement runs", running, { holds: (now) => now === 1 })
const sleep = (sql: Sql) => sql`select pg_sleep(50)`

describe("A statement whose fiber is interrupted", () => {
  it.live("is called off on the server, and its connection is free for the next one", () =>
    onDatabase(
      Effect.gen(function* () {
        const { patient, upkeep } = yield* Postgres
        for (let n = 0; n < 5; n++) {
          const fiber = yield* Effect.forkChild(patient.query(sleep))
          yield* asleep
          // No list keeps upkeep waiting.
          yield* upkeep.query((sql) => sql`select 1`)
          yield* Fiber.interrupt(fiber)
          yield* patient.query((sql) => sql`select 1`)
          assert.strictEqual(yield* running, 0)
        }
      })
    )
  )

  it.live("in a transaction is called off before that is rolled back", () =>
    onDatabase(
      Effect.gen(function* () {
        yield* makeTable
        for (let n = 0; n < 5; n++) {
          const fiber = yield* Effect.forkChild(
            inTransaction(
              Effect.andThen(
                insert(n),
                Postgres.use(({ query }) => query(sleep))
              )
            )
          )
          yield* asleep
          yield* Fiber.interrupt(fiber)
          assert.strictEqual(yield* running, 0)
        }
        yield* insert(9)
        assert.deepStrictEqual([...(yield* rows)], [{ n: 9 }])
      })
    )
  )
})
