/** What each role shows to those who watch it, compared with what the mail server and the ledger know. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { stoppablePostgres } from "#test/support/faults.ts"
import { callAt, registration } from "#test/support/httpCall.ts"
import {
  alertQueries,
  dashboardQueries,
  describeMetrics,
  documentedMetrics,
  unknownIn
} from "#test/support/observability.ts"
import { scrapeAt, valueOf } from "#test/support/scrape.ts"
import { systemOn } from "#test/support/system.ts"

const subject = "events.default.user_registered"

describe("the metrics of every role", () => {
  it.live(
    "agree with the ledger and the mail server, and outlive both servers",
    () =>
      Effect.gen(function* () {
        const postgres = yield* stoppablePostgres
        const { awaitSettled, call, nats, publisher, sink, start } = yield* systemOn(postgres.url)
        const gateway = yield* start("gateway")
        const planner = yield* start("planner")
        const worker = yield* start("worker")
        const scrapeAll = Effect.map(
          Effect.forEach([gateway, planner, worker], ({ probes }) => scrapeAt(probes), {
            concurrency: "unbounded"
          }),
          (scrapes) => ({ samples: scrapes.flatMap(({ samples }) => samples), scrapes })
        )

        const people = Array.from({ length: 5 }, () => registration())
        for (const body of people) yield* call({ path: "/api/v1/events", body })
        yield* publisher.publish(subject, registration())
        yield* publisher.publish(subject, { event_id: "no uuid" })
        const unknown = yield* call({
          path: "/api/v1/events",
          body: registration({ event_type: "unheard_of" })
        })
        assert.strictEqual(unknown.status, 422)
        yield* awaitSettled(6)

        const all = yield* eventually("all that happened, counted", scrapeAll, {
          holds: (seen) =>
            valueOf(seen, "carillon_dead_letters_open", { reason: "invalid_event" }) === 3 &&
            valueOf(seen, "carillon_balance_messages", { state: "sent" }) === 18
        })
        assert.strictEqual(
          valueOf(all, "campaign_messages_sent_total", { channel: "email", status: "sent" }),
          sink.taken.length
        )
        assert.strictEqual(valueOf(all, "carillon_delivery_attempts_total", { result: "sent" }), 6)
        assert.strictEqual(valueOf(all, "carillon_delivery_attempt_duration_seconds_count"), 6)
        assert.strictEqual(valueOf(all, "carillon_events_accepted_total", { via: "http" }), 5)
        assert.strictEqual(valueOf(all, "carillon_events_accepted_total", { via: "nats" }), 1)
        assert.strictEqual(valueOf(all, "carillon_messages_planned_total"), 6)
        assert.strictEqual(
          valueOf(all, "api_request_total", { endpoint: "/api/v1/events", method: "POST", status: "202" }),
          5
        )
        assert.strictEqual(valueOf(all, "carillon_balance_difference"), 0)
        for (const { samples, status } of all.scrapes) {
          assert.strictEqual(status, 200)
          assert.strictEqual(valueOf({ samples }, "carillon_up", { dependency: "postgres" }), 1)
          assert.strictEqual(valueOf({ samples }, "carillon_up", { dependency: "nats" }), 1)
          assert.isAbove(valueOf({ samples }, "process_resident_memory_bytes") ?? 0, 50_000_000)
          assert.isAbove(valueOf({ samples }, "process_open_fds") ?? 0, 3)
          assert.strictEqual(valueOf({ samples }, "carillon_workers", { state: "alive" }), 3)
        }
        // What the files for Prometheus and Grafana ask for is there, and the page lists what is there.
        const queries = [...dashboardQueries(), ...alertQueries()]
        assert.isAbove(queries.length, 50)
        for (const query of queries)
          assert.deepStrictEqual(unknownIn(query, all.samples), [], `${query.title}: ${query.expression}`)
        const text = all.scrapes.map(({ text }) => text).join("")
        assert.deepStrictEqual(documentedMetrics(), describeMetrics(text, all.samples))

        // Nobody's name, address or event is in any of it.
        for (const { text } of all.scrapes)
          for (const { event_id, payload } of people) {
            assert.notInclude(text, payload.user_id)
            assert.notInclude(text, payload.email)
            assert.notInclude(text, event_id)
          }

        assert.strictEqual((yield* callAt(worker.probes, { path: "/health/ready" })).json["status"], "ready")
        assert.strictEqual((yield* callAt(worker.probes, { path: "/api/v1/balance" })).status, 404)

        yield* Effect.all([nats.stop, postgres.stop], { concurrency: "unbounded" })
        const alone = yield* eventually("both are away", scrapeAt(worker.probes), {
          holds: (seen) =>
            valueOf(seen, "carillon_up", { dependency: "postgres" }) === 0 &&
            valueOf(seen, "carillon_up", { dependency: "nats" }) === 0
        })
        assert.strictEqual(alone.status, 200)
        // What nobody can read is not shown as if it were so still; what the process itself counted is.
        assert.isUndefined(valueOf(alone, "carillon_balance_messages"))
        assert.isUndefined(valueOf(alone, "carillon_consumer_pending_messages"))
        assert.strictEqual(valueOf(alone, "campaign_messages_sent_total", { status: "sent" }), 6)

        yield* Effect.all([nats.start, postgres.start], { concurrency: "unbounded" })
        yield* eventually("both are back", scrapeAt(worker.probes), {
          holds: (seen) =>
            valueOf(seen, "carillon_balance_difference") === 0 &&
            valueOf(seen, "carillon_consumer_pending_messages", { durable: "deliver-email" }) === 0
        })
      }).pipe(Effect.provide(NodeServices.layer)),
    120_000
  )
})
