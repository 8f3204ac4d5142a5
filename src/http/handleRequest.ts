/** What every request goes through: an id, room, an answer whatever happens, a line in the log. */

import { Cause, Clock, Effect, Option, type Scope } from "effect"
import { HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiError } from "effect/http-api"

import { makeProblem, type Problem } from "#schemas/http/Problem.ts"
import { fieldProblems } from "#src/domain/fieldProblems.ts"

import { type Admission, bodySize_bytes } from "./Admission.ts"
import { CurrentRequest, makeCurrentRequest, traceIdOf } from "./CurrentRequest.ts"
import { problemResponse } from "./problem.ts"
import { makeRequestCount } from "./requestMetrics.ts"
import { beginRequestSpan, endRequestSpan } from "./requestSpan.ts"

type App = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  HttpServerError.HttpServerError,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

const notFound = makeProblem("not_found", "there is nothing at this path")
const internal = makeProblem("internal", "the mistake is ours and is in our log under the request's id")
const overloaded = makeProblem(
  "overloaded",
  "more requests are waiting than fit; nothing was accepted, try again"
)

/** What of the request the route's schemas refused. A path with an impossible id leads nowhere. */
const problemOfSchemaError = ({ cause, kind }: HttpApiError.HttpApiSchemaError): Problem | undefined => {
  if (kind === "Params") return notFound
  if (kind !== "Query" && kind !== "Headers") return undefined
  const slot = kind.toLowerCase()
  const errors = fieldProblems(cause.issue, undefined, slot).map(({ message, path }) => ({
    path,
    message,
    got: "string"
  }))
  return makeProblem(
    kind === "Query" ? "invalid_query" : "invalid_header",
    errors.map(({ message, path }) => `${path}: ${message}`).join("; "),
    errors
  )
}

/** A failure that is the caller's; none where it is ours. */
const problemOfFailure = (failure: unknown): Option.Option<Problem> => {
  if (HttpApiError.HttpApiSchemaError.is(failure))
    return Option.fromUndefinedOr(problemOfSchemaError(failure))
  return HttpServerError.isHttpServerError(failure) && failure.reason._tag === "RouteNotFound"
    ? Option.some(notFound)
    : Option.none()
}

const answerCause = (cause: Cause.Cause<unknown>, url: string) =>
  Option.match(problemOfFailure(Cause.squash(cause)), {
    onSome: (problem) => Effect.succeed(problemResponse(problem, url)),
    onNone: () =>
      Effect.as(Effect.logError("a request failed by our mistake", cause), problemResponse(internal, url))
  })

/** Health is asked when everything else is too much. */
const isHealth = (url: string): boolean => /^\/(health|metrics)(\/|\?|$)/.test(url)

const admit = (app: App, admission: Admission, request: HttpServerRequest.HttpServerRequest) => {
  if (isHealth(request.url)) return app
  const size_bytes = bodySize_bytes(request.headers)
  return admission.enter(size_bytes)
    ? Effect.ensuring(
        app,
        Effect.sync(() => admission.leave(size_bytes))
      )
    : Effect.succeed(problemResponse(overloaded, request.url))
}

const log = (status: number, fields: Readonly<Record<string, unknown>>) =>
  status >= 500 ? Effect.logInfo("request", fields) : Effect.logDebug("request", fields)

/** Its log and metrics name the route, never the path: paths hold ids of people. */
export const handleRequest = (app: App, admission: Admission): App => {
  const count = makeRequestCount()
  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const current = makeCurrentRequest(request.headers)
    const span = yield* beginRequestSpan(request, current)
    const begun = yield* Clock.monotonicTimeNanos
    const response = yield* admit(app, admission, request).pipe(
      Effect.provideService(CurrentRequest, current),
      // A caller who went away has no one to answer.
      Effect.catchCauseIf(
        (cause) => !Cause.hasInterrupts(cause),
        (cause) => answerCause(cause, request.url)
      )
    )
    const duration_ms = Number((yield* Clock.monotonicTimeNanos) - begun) / 1e6
    yield* count({ endpoint: current.route, method: request.method, status: response.status }, duration_ms)
    const { requestId, route } = current
    yield* endRequestSpan(span, { route, requestId, method: request.method, status: response.status })
    yield* log(response.status, {
      "http.method": request.method,
      "http.route": current.route,
      "http.status": response.status,
      "http.duration_ms": Math.round(duration_ms),
      "request.id": current.requestId,
      "trace.id": traceIdOf(current)
    })
    return HttpServerResponse.setHeaders(response, {
      "x-request-id": current.requestId,
      "x-content-type-options": "nosniff"
    })
  })
}
