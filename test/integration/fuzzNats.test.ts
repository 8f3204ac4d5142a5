/** Whatever is published to the streams is planned, delivered or buried; the process goes on, and so do neighbours. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { connect, headers as natsHeaders } from "@nats-io/transport-node"
import { Effect } from "effect"
import * as fc from "fast-check"
import postgres from "postgres"

import { memberAt } from "#src/domain/payload.ts"
import { eventually } from "#test/support/eventually.ts"
import { halves } from "#test/support/fuzz/halves.ts"
import { type FuzzedMessage, messagesOf } from "#test/support/fuzz/messages.ts"
import { schemaOf } from "#test/support/fuzz/requests.ts"
import { fuzzRuns } from "#test/support/fuzz/runs.ts"
import { registration } from "#test/support/httpCall.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"
import { systemOn } from "#test/support/system.ts"

const eventSchema = (document: unknown) => {
  const operation = memberAt(memberAt(document, "paths"), "/api/v1/events")
  return schemaOf(
    memberAt(memberAt(memberAt(operation, "post.requestBody.content"), "application/json"), "schema")
  )
}

const publisherAt = (url: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => connect({ servers: url.replace("nats://", "") })),
      (connection) => Effect.promise(() => connection.close())
    ),
    (connection) =>
      ({ body, headers, subject }: FuzzedMessage) =>
        Effect.promise(() => {
          const all = natsHeaders()
          for (const [name, value] of Object.entries(headers)) all.set(name, value)
          // Until the stream has it; a refusal by the stream is an answer as well.
          return connection.request(subject, body, { headers: all, timeout: 20_000 })
        })
  )

/** Of the lanes that are delivered at once; schedules may wait for months. */
const waiting = (subjects: Readonly<Record<string, number>>) =>
  Object.values(subjects).reduce((sum, count) => sum + count, 0)

describe("what is published", () => {
  it.live(
    "harms nobody, whatever it is",
    () =>
      Effect.gen(function* () {
        const databaseUrl = yield* freshDatabase
        const system = yield* systemOn(databaseUrl)
        yield* system.start("all")
        const document = yield* system.call({ path: "/openapi.json" })
        const { numRuns, seed } = yield* fuzzRuns(200)
        const messages = fc.sample(messagesOf(eventSchema(document.json)), { numRuns, seed })
        const publish = yield* publisherAt(system.nats.url)
        // Waits for the streams to be made.
        yield* system.publisher.publish("events.neighbour.user_registered", registration())
        yield* Effect.forEach(messages, publish, { concurrency: 8, discard: true })

        const good = registration({ payload: { user_id: "neighbour", email: "neighbour@example.org" } })
        yield* system.publisher.publish("events.neighbour.user_registered", good)
        const rows = Effect.map(system.rows, (all) =>
          all.filter(({ event_id }) => event_id === good.event_id)
        )
        yield* eventually(`the neighbour's mail after the messages of seed ${seed}`, rows, {
          holds: ([row]) => row?.status === "sent"
        })
        const left = Effect.all([
          system.publisher.subjects("JOBS_EMAIL", "jobs.email.tx.>"),
          system.publisher.subjects("ADVISORIES")
        ])
        yield* eventually(`nothing left of seed ${seed}`, left, {
          holds: (subjects) => subjects.every((one) => waiting(one) === 0)
        })

        assert.strictEqual((yield* system.call({ path: "/health/ready" })).json["status"], "ready")
        for (const organization of ["default", "other", "neighbour"]) {
          const headers = { "carillon-organization": organization }
          const { json } = yield* system.call({ path: "/api/v1/balance", headers })
          assert.strictEqual(json["balanced"], true, `${organization}, seed ${seed}`)
        }
        const sql = postgres(databaseUrl, { max: 1 })
        yield* Effect.addFinalizer(() => Effect.promise(() => sql.end()))
        for (const [what, statement] of Object.entries(halves))
          assert.deepStrictEqual(
            [...(yield* Effect.promise(() => sql.unsafe(statement)))],
            [],
            `${what}, seed ${seed}`
          )
        const letters = yield* Effect.promise(
          () => sql`select stream, reason, count(*)::int from dead_letters group by 1, 2 order by 1, 2`
        )
        assert.isNotEmpty(letters)
        yield* Effect.logInfo("fuzzed", { numRuns, seed, letters: [...letters] })
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    600_000
  )
})
