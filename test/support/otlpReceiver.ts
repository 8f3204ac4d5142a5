/** An OTLP/HTTP receiver for JSON, which keeps what it was sent; or takes everything and says nothing. */

import { createServer } from "node:http"

import { Effect, Schema } from "effect"

const Attribute = Schema.Struct({ key: Schema.String, value: Schema.Record(Schema.String, Schema.Unknown) })

const Traces = Schema.fromJsonString(
  Schema.Struct({
    resourceSpans: Schema.Array(
      Schema.Struct({
        scopeSpans: Schema.Array(
          Schema.Struct({
            spans: Schema.Array(
              Schema.Struct({
                traceId: Schema.String,
                spanId: Schema.String,
                parentSpanId: Schema.optionalKey(Schema.String),
                name: Schema.String,
                attributes: Schema.Array(Attribute)
              })
            )
          })
        )
      })
    )
  })
)

const Metrics = Schema.fromJsonString(
  Schema.Struct({
    resourceMetrics: Schema.Array(
      Schema.Struct({
        scopeMetrics: Schema.Array(
          Schema.Struct({ metrics: Schema.Array(Schema.Struct({ name: Schema.String })) })
        )
      })
    )
  })
)

const readTraces = Schema.decodeUnknownSync(Traces)
const readMetrics = Schema.decodeUnknownSync(Metrics)

/** Until the scope ends. */
export const otlpReceiver = Effect.gen(function* () {
  const bodies: Array<{ readonly path: string; readonly text: string; readonly key: string | undefined }> = []
  let isSilent = false
  const server = createServer((request, response) => {
    let text = ""
    request.setEncoding("utf8")
    request.on("data", (piece: string) => (text += piece))
    request.on("end", () => {
      const key = request.headers["x-api-key"]
      bodies.push({ path: request.url ?? "", text, key: typeof key === "string" ? key : undefined })
      if (!isSilent) response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const sent = (signal: string) => bodies.filter(({ path }) => path === `/v1/${signal}`)

  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    /** From now on it takes everything, and answers nothing. */
    fallSilent: Effect.sync(() => {
      isSilent = true
    }),
    spans: Effect.sync(() =>
      sent("traces").flatMap(({ text }) =>
        readTraces(text).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      )
    ),
    metricNames: Effect.sync(
      () =>
        new Set(
          sent("metrics").flatMap(({ text }) =>
            readMetrics(text).resourceMetrics.flatMap(({ scopeMetrics }) =>
              scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name))
            )
          )
        )
    ),
    logs: Effect.sync(() => sent("logs").map(({ text }) => text))
  }
})
