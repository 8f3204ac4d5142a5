/** `/health`, `/health/ready` and `/metrics` on a port of their own, for the roles without the API. */

import { createServer } from "node:http"

import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer, Option } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder } from "effect/http-api"

import { HealthApi } from "#schemas/http/health.ts"
import { ProbeConfig } from "#src/config/ProbeConfig.ts"

import { Admission, defaultLimits } from "./Admission.ts"
import { handleRequest } from "./handleRequest.ts"
import { HealthHandlers } from "./health.ts"
import { PortUnavailable } from "./PortUnavailable.ts"

/** A part of the whole contract, by the same name: its handlers are those of the whole one. */
class ProbeApi extends HttpApi.make("carillon").add(HealthApi) {}

const routes = HttpApiBuilder.layer(ProbeApi).pipe(Layer.provide(HealthHandlers))

const serve = Effect.gen(function* () {
  const app = yield* HttpRouter.toHttpEffect(routes)
  yield* HttpServer.serveEffect(handleRequest(app, new Admission(defaultLimits)))
})

const defaultPort = 8242

const listenAt = (host: string, port: number) =>
  NodeHttpServer.layer(() => createServer({ requestTimeout: 10_000, keepAliveTimeout: 30_000 }), {
    host,
    port,
    gracefulShutdownTimeout: "1 second"
  })

const listen = Layer.unwrap(
  Effect.map(ProbeConfig, ({ host, port }) =>
    Option.match(port, {
      onNone: () => listenAt(host, defaultPort).pipe(Layer.catchTag("ServeError", () => listenAt(host, 0))),
      onSome: (port) => listenAt(host, port)
    }).pipe(
      Layer.catch((cause) =>
        Layer.effectContext<unknown, PortUnavailable, never>(
          Effect.fail(
            new PortUnavailable({
              host,
              port: Option.getOrElse(port, () => defaultPort),
              variable: "CARILLON_PROBE_PORT",
              cause
            })
          )
        )
      )
    )
  )
)

/** Says in the log where it answers. */
const announce = Effect.flatMap(HttpServer.HttpServer, ({ address }) =>
  Effect.logInfo("answering probes", { "probe.url": HttpServer.formatAddress(address) })
)

/** Listens until its scope closes. */
export const ProbesLayer = Layer.effectDiscard(Effect.andThen(serve, announce)).pipe(Layer.provide(listen))
