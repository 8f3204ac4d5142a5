/** `GET /health` asks nothing else, so it answers while everything is away. */

import { Clock, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { shorten } from "#schemas/Instant.ts"
import { toInstant } from "#src/domain/instants.ts"
import { Health } from "#src/services/Health.ts"

import { version } from "./version.ts"

export const HealthHandlers = HttpApiBuilder.group(
  Api,
  "health",
  Effect.fnUntraced(function* (handlers) {
    const health = yield* Health
    return handlers.handleAll({
      live: () =>
        Effect.map(Clock.currentTimeMillis, (now_ms) => ({
          status: "healthy" as const,
          service: "campaign_service" as const,
          version,
          timestamp: shorten(toInstant(now_ms))
        })),
      ready: () =>
        Effect.map(health.readiness, ({ checks, status }) =>
          status === "not_ready" ? { status, checks } : { status, checks }
        )
    })
  })
)
