/** What planning accepted and refused, counted from what the ledger really wrote; a few updates a batch. */

import { Clock, Effect, Metric, Result } from "effect"

import { type Refusal } from "#src/domain/Refusal.ts"

import { type Candidate } from "../planBatch.ts"
import { byLabels, type Grouping } from "./byLabels.ts"

const accepted = Metric.counter("carillon_events_accepted_total", {
  description: "Events that were recorded, each once however often it came"
})

const refused = Metric.counter("carillon_events_refused_total", {
  description: "Events that were not, by the reason that the caller or the dead letter has"
})

const planned = Metric.counter("carillon_messages_planned_total", {
  description: "Messages that accepted events led to"
})

const duration = Metric.histogram("carillon_planning_batch_duration_seconds", {
  description: "One commit of planning, for all events that came together",
  boundaries: Metric.exponentialBoundaries({ start: 0.001, factor: 4, count: 8 })
})

const byVia: Grouping<Candidate> = {
  key: ({ incoming: { via } }) => via,
  labels: ({ incoming: { via } }) => ({ via })
}

const byReason: Grouping<Result.Failure<unknown, Refusal>> = {
  key: ({ failure: { reason } }) => reason,
  labels: ({ failure: { reason } }) => ({ reason })
}

/** @param recorded those that the ledger did not know before */
export const countPlanned = (recorded: ReadonlyArray<Candidate>): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (const { items, labels } of byLabels(recorded, byVia))
      yield* Metric.update(Metric.withAttributes(accepted, labels), items.length)
    yield* Metric.update(
      planned,
      recorded.reduce((sum, { jobs }) => sum + jobs.length, 0)
    )
  })

export const countRefused = (
  answers: ReadonlyArray<Result.Result<unknown, Refusal>>
): Effect.Effect<void> => {
  const refusals = answers.filter(Result.isFailure)
  return Effect.forEach(
    byLabels(refusals, byReason),
    ({ items, labels }) => Metric.update(Metric.withAttributes(refused, labels), items.length),
    { discard: true }
  )
}

/** Whether it succeeds or not. */
export const timed = <A, E, R>(batch: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const begun = clock.monotonicTimeNanosUnsafe()
    return Effect.ensuring(
      batch,
      Effect.suspend(() => Metric.update(duration, Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e9))
    )
  })
