/** Stopping the API: what is in flight is finished, nothing new is taken. */

import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer, Scope } from "effect"
import { HttpServer } from "effect/http"

import { Postgres } from "#src/postgres/Postgres.ts"
import { callAt, registration } from "#test/support/httpCall.ts"
import { httpServer } from "#test/support/httpServer.ts"

/** Holds every acceptance up from `locked` until `release`. */
const holdLedger = (
  { query, transaction }: Postgres["Service"],
  { locked, release }: { readonly locked: Deferred.Deferred<void>; readonly release: Deferred.Deferred<void> }
) =>
  transaction(
    query((sql) => sql`lock table event_keys in access exclusive mode`).pipe(
      Effect.andThen(Deferred.succeed(locked, undefined)),
      Effect.andThen(Deferred.await(release))
    )
  )

/** Returns when some statement waits for a lock. */
const someoneWaits = ({ query }: Postgres["Service"]) =>
  query(
    (sql) => sql`
      select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  ).pipe(Effect.repeat({ until: (rows) => rows.length > 0 }))

describe("the HTTP server", () => {
  it.live("answers what it has accepted, and refuses new connections", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const services = yield* Layer.buildWithScope(httpServer({ embedded: true, nats: "none" }), scope)
      const postgres = Context.get(services, Postgres)
      const url = HttpServer.formatAddress(Context.get(services, HttpServer.HttpServer).address)
      const request = (path: string, body?: unknown) => callAt(url, { path, body })

      const gate = { locked: yield* Deferred.make<void>(), release: yield* Deferred.make<void>() }
      const holding = yield* Effect.forkChild(holdLedger(postgres, gate))
      yield* Deferred.await(gate.locked)
      const inFlight = yield* Effect.forkChild(request("/api/v1/events", registration()))
      yield* someoneWaits(postgres)

      const stopping = yield* Effect.forkChild(Scope.close(scope, yield* Effect.exit(Effect.void)))
      const refused = request("/health").pipe(
        Effect.as(false),
        Effect.orElseSucceed(() => true)
      )
      yield* refused.pipe(Effect.repeat({ until: (isRefused) => isRefused }))
      yield* Deferred.succeed(gate.release, undefined)

      const reply = yield* Fiber.join(inFlight)
      assert.strictEqual(reply.status, 202, reply.text)
      yield* Fiber.join(holding)
      yield* Fiber.join(stopping)
    })
  )
})
