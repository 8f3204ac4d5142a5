/** A request as a span, where somebody collects them: its route and status, and neither path nor headers. */

import { Clock, Effect, Option, type Tracer } from "effect"
import { type HttpServerRequest } from "effect/http"

import { beginSpan, endSpan, Spans } from "#src/observability/spans.ts"

import { type CurrentRequest } from "./CurrentRequest.ts"

const traceparentOf = ({ sampled, spanId, traceId }: Tracer.Span): string =>
  `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`

/** What follows belongs to it: the request's place in its trace is the span's from now on. */
export const beginRequestSpan = (
  request: HttpServerRequest.HttpServerRequest,
  current: CurrentRequest
): Effect.Effect<Option.Option<Tracer.Span>> =>
  Effect.gen(function* () {
    const tracer = yield* Spans
    if (Option.isNone(tracer)) return Option.none()
    const isCallers = request.headers["traceparent"] === current.traceparent
    const span = beginSpan(tracer.value, {
      name: `HTTP ${request.method}`,
      kind: "server",
      traceparent: isCallers ? current.traceparent : "",
      startedAt_ms: yield* Clock.currentTimeMillis
    })
    current.traceparent = traceparentOf(span)
    return Option.some(span)
  })

interface Answered {
  readonly route: string
  readonly method: string
  readonly status: number
  readonly requestId: string
}

export const endRequestSpan = (span: Option.Option<Tracer.Span>, answered: Answered): Effect.Effect<void> =>
  Option.match(span, {
    onNone: () => Effect.void,
    onSome: (span) =>
      Effect.map(Clock.currentTimeMillis, (now_ms) => {
        const { method, requestId, route, status } = answered
        endSpan(span, {
          attributes: {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "request.id": requestId
          },
          endedAt_ms: now_ms,
          failure: status >= 500 ? `HTTP ${status}` : null
        })
      })
  })
