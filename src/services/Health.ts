/** Whether what we depend on answers. */

import { Clock, Context, Duration, Effect, Layer, Result, Schema } from "effect"

import { type Readiness } from "#schemas/http/health.ts"
import { Reachability } from "#src/repositories/Reachability.ts"

/** A dependency that takes longer counts as away. */
const patience = Duration.seconds(2)

/** The dependency is there, and an operator has to do something about it. */
export class Unfit extends Schema.TaggedError<Unfit>()("Unfit", {
  /** For everybody who asks after our health: no secret in it. */
  detail: Schema.String
}) {}

export interface Check {
  /** Fails where the dependency is away. May take its time: it is given two seconds. */
  readonly check: Effect.Effect<void, Error>
  /** Without it nothing can be accepted. */
  readonly needed: boolean
}

/** Checks of what is not the ledger, by name. */
export class OtherChecks extends Context.Service<OtherChecks, Readonly<Record<string, Check>>>()(
  "carillon/services/Health/OtherChecks"
) {}

interface Checked {
  readonly name: string
  readonly needed: boolean
  readonly healthy: boolean
  readonly latency_ms: number
  readonly detail: string | null
}

const statusOf = (checked: ReadonlyArray<Checked>): Readiness["status"] => {
  const away = checked.filter(({ healthy }) => !healthy)
  if (away.length === 0) return "ready"
  return away.some(({ needed }) => needed) ? "not_ready" : "degraded"
}

const summarize = (checked: ReadonlyArray<Checked>): Readiness => ({
  status: statusOf(checked),
  checks: Object.fromEntries(
    checked.map(({ detail, healthy, latency_ms, name }) => [
      name,
      {
        status: healthy ? ("healthy" as const) : ("unhealthy" as const),
        latency_ms,
        ...(detail !== null && { detail })
      }
    ])
  )
})

export class Health extends Context.Service<
  Health,
  {
    /** Never fails, and takes two seconds at most. Without what is `needed` it is `not_ready`, without the rest `degraded`. */
    readonly readiness: Effect.Effect<Readiness>
  }
>()("carillon/services/Health") {
  static readonly layer = Layer.effect(
    Health,
    Effect.gen(function* () {
      const { ping } = yield* Reachability
      const checks = { database: { check: ping, needed: true }, ...(yield* OtherChecks) }

      const run = Effect.fnUntraced(function* ([name, { check, needed }]: readonly [string, Check]) {
        const before_ms = yield* Clock.currentTimeMillis
        const answered = yield* Effect.result(Effect.timeout(check, patience))
        const why = Result.isFailure(answered) ? answered.failure : null
        const detail = why instanceof Unfit ? why.detail : null
        const latency_ms = (yield* Clock.currentTimeMillis) - before_ms
        return { name, needed, healthy: why === null, latency_ms, detail }
      })

      const readiness = Effect.map(
        Effect.forEach(Object.entries(checks), run, { concurrency: "unbounded" }),
        summarize
      ).pipe(Effect.withSpan("Health.readiness"))

      return Health.of({ readiness })
    })
  )
}
