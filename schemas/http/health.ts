/** Whether the process lives, whether it can work, and its metrics: counts only. No credentials needed. */

import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"

const Liveness = Schema.Struct({
  status: Schema.Literal("healthy"),
  service: Schema.Literal("campaign_service"),
  version: Schema.String,
  timestamp: Schema.String
})

const Check = Schema.Struct({
  status: Schema.Literals(["healthy", "unhealthy"]),
  /** Milliseconds that the check took. */
  latency_ms: Schema.Int,
  /** Why it is unhealthy, where an operator has to do something about it. */
  detail: Schema.optionalKey(Schema.String)
})

export const Readiness = Schema.Struct({
  /** `degraded`: something is away that accepting events does not need. */
  status: Schema.Literals(["ready", "degraded", "not_ready"]),
  checks: Schema.Record(Schema.String, Check)
})
export type Readiness = typeof Readiness.Type

export class HealthApi extends HttpApiGroup.make("health").add(
  HttpApiEndpoint.get("live", "/health", { success: Liveness }),
  HttpApiEndpoint.get("ready", "/health/ready", {
    success: [
      Schema.Struct({ ...Readiness.fields, status: Schema.Literals(["ready", "degraded"]) }),
      Schema.Struct({ ...Readiness.fields, status: Schema.Literal("not_ready") }).pipe(
        HttpApiSchema.status(503)
      )
    ]
  }),
  HttpApiEndpoint.get("metrics", "/metrics", {
    success: Schema.String.pipe(
      HttpApiSchema.asText({ contentType: "text/plain; version=0.0.4; charset=utf-8" })
    )
  })
) {}
