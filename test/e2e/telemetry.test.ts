/** An event's way through three processes as one trace at a real OTLP receiver; and a receiver that is no help harms nothing. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { registration } from "#test/support/httpCall.ts"
import { otlpReceiver } from "#test/support/otlpReceiver.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"
import { systemOn, terminate } from "#test/support/system.ts"

const traceId = "0af7651916cd43dd8448eb211c80319c"
const callersSpan = "b7ad6b7169203331"

describe("OTLP export", () => {
  it.live(
    "tells an event's way as one trace, and sends metrics and logs; a silent receiver stops nothing",
    () =>
      Effect.gen(function* () {
        const receiver = yield* otlpReceiver
        const { awaitSettled, call, publisher, start } = yield* systemOn(yield* freshDatabase, {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
          OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=of%20the%20receiver"
        })
        const gateway = yield* start("gateway")
        const planner = yield* start("planner")
        const worker = yield* start("worker")

        const person = registration()
        const traceparent = `00-${traceId}-${callersSpan}-01`
        yield* call({ path: "/api/v1/events", body: person, headers: { traceparent } })
        // Nobody asked for a trace of this one.
        const unsampled = `00-${traceId.replace("0af", "fff")}-${callersSpan}-00`
        yield* call({ path: "/api/v1/events", body: registration(), headers: { traceparent: unsampled } })
        yield* publisher.publish("events.default.user_registered", registration())
        yield* awaitSettled(3)

        const spans = yield* eventually("the trace", receiver.spans, {
          holds: (spans) => spans.filter((span) => span.traceId === traceId).length === 3
        })
        const [request, plan, delivery] = ["HTTP POST", "plan user_registered", "deliver email"].map((name) =>
          spans.find((span) => span.traceId === traceId && span.name === name)
        )
        assert.strictEqual(request?.parentSpanId, callersSpan)
        assert.strictEqual(plan?.parentSpanId, request?.spanId)
        assert.strictEqual(delivery?.parentSpanId, request?.spanId)
        const attribute = (key: string) => delivery?.attributes.find((one) => one.key === key)?.value
        assert.deepStrictEqual(attribute("attempt.result"), { stringValue: "sent" })
        assert.isFalse(spans.some((span) => span.traceId.startsWith("fff")))

        const names = yield* eventually("the metrics", receiver.metricNames, {
          holds: (names) =>
            names.has("campaign_messages_sent_total") && names.has("carillon_balance_difference")
        })
        assert.isTrue(names.has("process_resident_memory_bytes"))
        yield* eventually("the logs", receiver.logs, {
          holds: (logs) => logs.some((text) => text.includes("answering probes"))
        })
        for (const { key, text } of receiver.bodies) {
          assert.strictEqual(key, "of the receiver")
          assert.notInclude(text, person.payload.user_id)
          assert.notInclude(text, person.payload.email)
        }

        yield* receiver.fallSilent
        for (let i = 0; i < 5; i++) yield* call({ path: "/api/v1/events", body: registration() })
        yield* awaitSettled(8)
        for (const process of [gateway, planner, worker])
          assert.strictEqual((yield* terminate(process)).code, 0)
      }).pipe(Effect.provide(NodeServices.layer)),
    120_000
  )

  it.live(
    "to a receiver that is not there stops nothing either",
    () =>
      Effect.gen(function* () {
        const { awaitSettled, call, start } = yield* systemOn(yield* freshDatabase, {
          OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1"
        })
        const all = yield* start("all")
        for (let i = 0; i < 5; i++) yield* call({ path: "/api/v1/events", body: registration() })
        yield* awaitSettled(5)
        assert.strictEqual((yield* terminate(all)).code, 0)
      }).pipe(Effect.provide(NodeServices.layer)),
    120_000
  )
})
