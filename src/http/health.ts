/** `GET /health` asks nothing else, so it answers while everything is away. */

import { Clock, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { shorten } from "#schemas/Instant.ts"
import { toInstant } from "#src/domain/instants.ts"
import { Health } from "#src/services/Health.ts"
import { Metrics } from "#src/services/metrics/Metrics.ts"

import { CurrentRequest } from "./CurrentRequest.ts"
import { version } from "./version.ts"

/** Nobody is let in here, so nobody else says which route it is. */
const onRoute = <A>(path: string, answer: Effect.Effect<A>) =>
  Effect.flatMap(CurrentRequest, (current) => {
    current.route = path
    return answer
  })

export const HealthHandlers = HttpApiBuilder.group(
  Api,
  "health",
  Effect.fnUntraced(function* (handlers) {
    const health = yield* Health
    const metrics = yield* Metrics

    const live = Effect.map(Clock.currentTimeMillis, (now_ms) => ({
      status: "healthy" as const,
      service: "campaign_service" as const,
      version,
      timestamp: shorten(toInstant(now_ms))
    }))

    const ready = Effect.map(health.readiness, ({ checks, status }) =>
      status === "not_ready" ? { status, checks } : { status, checks }
    )

    return handlers.handleAll({
      live: ({ endpoint }) => onRoute(endpoint.path, live),
      ready: ({ endpoint }) => onRoute(endpoint.path, ready),
      metrics: ({ endpoint }) => onRoute(endpoint.path, metrics.exposition)
    })
  })
)
