/**
 * The spans that are worth sending: a request, an event's planning, an attempt at delivery. They are written when they are over, a
 * batch at a time, so that nothing is a span a message where nobody wants it; they hold no path, name or address of anybody.
 */

import { Clock, Context, Effect, Exit, Option, Schema, Tracer } from "effect"

/** Where spans go; none where nobody collects them. */
export const Spans = Context.Reference<Option.Option<Tracer.Tracer>>("carillon/observability/spans/Spans", {
  defaultValue: () => Option.none()
})

/** What a receiver is told of a failed span. */
class Failed extends Schema.TaggedError<Failed>()("Failed", { message: Schema.String }) {}

export interface PastSpan {
  readonly name: string
  readonly kind: Tracer.SpanKind
  /** W3C Trace Context of what it belongs to. */
  readonly traceparent: string
  /** Milliseconds since 1970. */
  readonly startedAt_ms: number
  readonly endedAt_ms: number
  readonly attributes: Readonly<Record<string, string | number | null>>
  /** Why it failed; null where it did not. */
  readonly failure: string | null
}

const context = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** None of what is no traceparent. */
export const parentOf = (traceparent: string): Option.Option<Tracer.ExternalSpan> => {
  const [whole, traceId = "", spanId = "", flags = ""] = context.exec(traceparent) ?? []
  return whole === undefined
    ? Option.none()
    : Option.some(Tracer.externalSpan({ traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }))
}

const nanos = (at_ms: number): bigint => BigInt(Math.round(at_ms)) * 1_000_000n

/** As it will be told; to be ended. */
export const beginSpan = (
  tracer: Tracer.Tracer,
  { kind, name, startedAt_ms, traceparent }: Pick<PastSpan, "kind" | "name" | "startedAt_ms" | "traceparent">
): Tracer.Span => {
  const parent = parentOf(traceparent)
  return tracer.span({
    name,
    kind,
    parent,
    annotations: Context.empty(),
    links: [],
    root: Option.isNone(parent),
    sampled: Option.match(parent, { onNone: () => true, onSome: ({ sampled }) => sampled }),
    startTime: nanos(startedAt_ms)
  })
}

export const endSpan = (
  span: Tracer.Span,
  { attributes, endedAt_ms, failure }: Pick<PastSpan, "attributes" | "endedAt_ms" | "failure">
): void => {
  for (const [key, value] of Object.entries(attributes)) if (value !== null) span.attribute(key, value)
  span.end(nanos(endedAt_ms), failure === null ? Exit.void : Exit.fail(new Failed({ message: failure })))
}

/** Told only where somebody collects them and the trace is sampled: `read` is called, if at all, at once. */
export const recordSpans = (read: (now_ms: number) => ReadonlyArray<PastSpan>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const tracer = yield* Spans
    if (Option.isNone(tracer)) return
    for (const span of read(yield* Clock.currentTimeMillis))
      if (Option.exists(parentOf(span.traceparent), ({ sampled }) => sampled))
        endSpan(beginSpan(tracer.value, span), span)
  })
