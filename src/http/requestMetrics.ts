/** How many requests there were, and how long they took, by declared route. */

import { Effect, Metric } from "effect"

interface Answered {
  /** As declared, e.g. `/api/v1/events/:event_id`; `none` for what leads nowhere. */
  readonly endpoint: string
  readonly method: string
  readonly status: number
}

const metricsOf = ({ endpoint, method, status }: Answered) => ({
  requests: Metric.counter("api_request_total", {
    description: "HTTP requests that were answered",
    attributes: { endpoint, method, status: String(status) }
  }),
  duration: Metric.histogram("api_request_duration_seconds", {
    description: "From the first look at a request to its answer",
    boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    attributes: { endpoint, method }
  })
})

/** The metrics of a route are made once: making them costs more than updating them. */
export const makeRequestCount = () => {
  const known = new Map<string, ReturnType<typeof metricsOf>>()

  const metricsFor = (answered: Answered) => {
    const key = `${answered.method} ${answered.status} ${answered.endpoint}`
    const found = known.get(key) ?? metricsOf(answered)
    known.set(key, found)
    return found
  }

  return (answered: Answered, duration_ms: number): Effect.Effect<void> =>
    Effect.map(Effect.context(), (context) => {
      const { duration, requests } = metricsFor(answered)
      requests.updateUnsafe(1, context)
      duration.updateUnsafe(duration_ms / 1000, context)
    })
}
