/** The API on a port. */

import { createServer } from "node:http"

import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApiBuilder, HttpApiSwagger } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { HttpConfig } from "#src/config/HttpConfig.ts"

import { Admission, defaultLimits } from "./Admission.ts"
import { ApiKeysHandlers } from "./apiKeys.ts"
import { AuthenticationLayer, Gate } from "./Authentication.ts"
import { BalanceHandlers } from "./balance.ts"
import { DeadLettersHandlers } from "./deadLetters.ts"
import { DeliveriesHandlers } from "./deliveries.ts"
import { makeDirectEvents } from "./directEvents.ts"
import { EventsHandlers } from "./events.ts"
import { EventTypesHandlers } from "./eventTypes.ts"
import { handleRequest } from "./handleRequest.ts"
import { HealthHandlers } from "./health.ts"
import { NotificationsHandlers, UsersHandlers } from "./notifications.ts"
import { OtherMethods } from "./otherMethods.ts"
import { PortUnavailable } from "./PortUnavailable.ts"
import { TemplatesHandlers } from "./templates.ts"

const handlers = Layer.mergeAll(
  ApiKeysHandlers,
  EventsHandlers,
  NotificationsHandlers,
  UsersHandlers,
  DeliveriesHandlers,
  BalanceHandlers,
  DeadLettersHandlers,
  HealthHandlers,
  TemplatesHandlers,
  EventTypesHandlers
)

const routes = Layer.mergeAll(
  HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide(handlers),
    Layer.provide(AuthenticationLayer)
  ),
  HttpApiSwagger.layer(Api, { path: "/docs" }),
  OtherMethods
)

/** A path's parts are looked at by schemas; encoded, a hundred characters are at most twelve hundred. */
const routerConfig = { caseSensitive: true, maxParamLength: 1200 }

const serve = Effect.gen(function* () {
  const app = yield* Effect.provideService(
    HttpRouter.toHttpEffect(routes),
    HttpRouter.RouterConfig,
    routerConfig
  )
  const direct = yield* makeDirectEvents
  yield* HttpServer.serveEffect(handleRequest(direct(app), new Admission(defaultLimits)))
})

const listen = Layer.unwrap(
  Effect.map(HttpConfig, ({ host, port }) =>
    NodeHttpServer.layer(
      // A body that trickles in holds its memory for no longer than this.
      () => createServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 30_000 }),
      { host, port, gracefulShutdownTimeout: "10 seconds" }
    ).pipe(
      Layer.catch((cause) =>
        Layer.effectContext<unknown, PortUnavailable, never>(
          Effect.fail(new PortUnavailable({ host, port, variable: "CAMPAIGN_SERVICE_PORT", cause }))
        )
      )
    )
  )
)

/** Listens until its scope closes, then finishes what is in flight. `HttpServer` tells the address. */
export const ServerLayer = Layer.effectDiscard(serve).pipe(
  Layer.provide(Gate.layer),
  Layer.provideMerge(listen)
)
