/**
 * `POST /api/v1/events` past the router and the builder of declared endpoints, which cost more than the event itself: the same
 * handler behind the same authentication. Whatever is written differently, say with a query, takes the declared way.
 */

import { Effect, Redacted } from "effect"
import { HttpServerRequest, type HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiSecurity } from "effect/http-api"

import { EventsApi } from "#schemas/http/events.ts"

import { Gate } from "./Authentication.ts"
import { makePublish } from "./events.ts"

const readCredential = Effect.provideService(
  HttpApiBuilder.securityDecode(HttpApiSecurity.bearer),
  HttpServerRequest.ParsedSearchParams,
  {}
)

const endpoint = EventsApi.endpoints.publish

export const makeDirectEvents = Effect.gen(function* () {
  const { pass } = yield* Gate
  const publish = yield* makePublish
  const answer = Effect.flatMap(readCredential, (given) => pass(publish, Redacted.value(given), endpoint))

  return <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.flatMap(
      HttpServerRequest.HttpServerRequest,
      ({
        method,
        url
      }): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
        method === endpoint.method && url === endpoint.path ? answer : app
    )
})
