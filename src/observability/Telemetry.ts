/**
 * Traces, metrics and logs over OTLP, where `OTEL_EXPORTER_OTLP_ENDPOINT` names a receiver. In batches, beside the work: a receiver that is
 * away or silent costs what was to be sent to it, and nothing else.
 */

import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Duration, Effect, Layer, Option, Schema, Tracer } from "effect"
import { HttpClient } from "effect/http"
import {
  type OtlpExporter,
  OtlpLogger,
  OtlpMetrics,
  OtlpSerialization,
  OtlpTracer
} from "effect/observability"

import { OtlpConfig } from "#src/config/OtlpConfig.ts"

import { Spans } from "./spans.ts"

/** For one request to the receiver. */
const patience = "5 seconds"

/** Of all requests to it: more are under way only where it is slower than what is to be told. */
const mostAtOnce = 4

class TooSlow extends Schema.TaggedError<TooSlow>()("TooSlow", {}) {}

/** What cannot be sent in time is given up: memory does not grow. */
const boundedClient = Layer.effect(
  HttpClient.HttpClient,
  HttpClient.HttpClient.useSync((client) => {
    let underWay = 0
    return HttpClient.transformResponse(client, (response) =>
      Effect.suspend(() => {
        if (underWay >= mostAtOnce) return Effect.die(new TooSlow())
        underWay += 1
        return response.pipe(
          Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.die(new TooSlow()) }),
          Effect.ensuring(
            Effect.sync(() => {
              underWay -= 1
            })
          )
        )
      })
    )
  })
).pipe(Layer.provide(NodeHttpClient.layerUndici))

interface Identity {
  readonly role: string
  readonly version: string
}

const settingsFor = ({ role, version }: Identity) =>
  Effect.map(OtlpConfig, ({ endpoint, headers, protocol, serviceName }) =>
    Option.map(endpoint, (base) => ({
      protocol,
      options: (signal: "logs" | "metrics" | "traces") => ({
        url: `${base}/v1/${signal}`,
        headers,
        shutdownTimeout: Duration.seconds(2),
        resource: { serviceName, serviceVersion: version, attributes: { "carillon.role": role } }
      })
    }))
  )

/** Only what is written with `recordSpans`: the spans of our functions are for a debugger, not for a bill. */
const spans = (
  tracer: Layer.Layer<
    OtlpExporter.Flusher,
    never,
    HttpClient.HttpClient | OtlpSerialization.OtlpSerialization
  >
) => Layer.effect(Spans, Effect.asSome(Tracer.Tracer)).pipe(Layer.provide(tracer))

export const layer = (identity: Identity) =>
  Layer.unwrap(
    Effect.map(
      settingsFor(identity),
      Option.match({
        onNone: () => Layer.empty,
        onSome: ({ options, protocol }) =>
          Layer.mergeAll(
            OtlpLogger.layer(options("logs")),
            OtlpMetrics.layer(options("metrics")),
            spans(OtlpTracer.layer(options("traces")))
          ).pipe(
            Layer.provide(
              protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf
            ),
            Layer.provide(boundedClient)
          )
      })
    )
  )
