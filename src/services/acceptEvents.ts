/** What accepting a batch of events does: checked, planned and recorded, those that are new. */

import { Effect, Result } from "effect"

import { type EventId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { conflict } from "#src/domain/planEvent.ts"
import { type Refusal } from "#src/domain/Refusal.ts"
import { recordSpans } from "#src/observability/spans.ts"
import { type AcceptedEvent, EventRepository } from "#src/repositories/EventRepository.ts"

import { BuiltIns } from "./BuiltIns.ts"
import { EventTypes } from "./EventTypes.ts"
import { countPlanned, countRefused, timed } from "./metrics/planning.ts"
import { OpenWork } from "./OpenWork.ts"
import { type Candidate, type IncomingEvent, keyOf, makePlanBatch } from "./planBatch.ts"
import { planningSpans } from "./traces.ts"

export interface Accepted {
  readonly eventId: EventId
  /** Recipients × channels, as counted when it was first accepted. */
  readonly jobsCount: number
  /** By this call. */
  readonly isNew: boolean
}

export type Answer = Result.Result<Accepted, Refusal>

interface KnownKey {
  readonly hash: string
  readonly jobsCount: number
  readonly isNew: boolean
}

const toAccepted = (candidate: Candidate): AcceptedEvent => ({
  ...candidate,
  via: candidate.incoming.via,
  traceparent: candidate.incoming.traceparent ?? null
})

const monthOf = (instant: Instant): string => instant.slice(0, 7)

const makeRecord = Effect.gen(function* () {
  const repository = yield* EventRepository
  const work = yield* OpenWork
  const months = new Set<string>()

  /** An old instant, or the first of a month, may need partitions that maintenance has not made. */
  const ensureMonths = Effect.fnUntraced(function* (instants: ReadonlyArray<Instant>) {
    const unseen = instants.filter((instant) => !months.has(monthOf(instant)))
    if (unseen.length === 0) return
    yield* repository.ensurePartitions(unseen)
    for (const instant of unseen) months.add(monthOf(instant))
  })

  /** What the ledger says of each id now: those of this batch that are new, and all others. */
  return Effect.fnUntraced(function* (candidates: ReadonlyArray<Candidate>) {
    const first = new Map<string, Candidate>()
    for (const candidate of candidates)
      if (!first.has(keyOf(candidate))) first.set(keyOf(candidate), candidate)
    const accepted = [...first.values()]
    if (accepted.length === 0) return new Map<string, KnownKey>()
    yield* ensureMonths(accepted.map(({ event }) => event.acceptedAt))
    const fresh = yield* repository.insert(accepted.map(toAccepted))
    const recorded = accepted.filter((candidate) => fresh.has(keyOf(candidate)))
    yield* countPlanned(recorded)
    yield* recordSpans((now_ms) => planningSpans(recorded, now_ms))
    if (fresh.size > 0) work.ring("jobs", "events")
    const old = accepted.filter((candidate) => !fresh.has(keyOf(candidate)))
    const stored =
      old.length === 0
        ? []
        : yield* repository.keys(
            old.map(({ event }) => ({
              organizationId: event.organizationId,
              eventId: event.envelope.event_id
            }))
          )
    const known = new Map<string, KnownKey>(
      stored.map((key) => [
        `${key.organization_id}/${key.event_id}`,
        { hash: key.body_hash, jobsCount: key.jobs_count, isNew: false }
      ])
    )
    for (const candidate of recorded)
      known.set(keyOf(candidate), {
        hash: candidate.bodyHash,
        jobsCount: candidate.jobs.length,
        isNew: true
      })
    return known
  })
})

/** One answer for each event, in order; in the caller's fiber, and so in its transaction. */
export const makeAccept = Effect.gen(function* () {
  const plan = makePlanBatch(yield* BuiltIns, yield* EventTypes)
  const record = yield* makeRecord

  return Effect.fn("Planning.accept")(function* (incoming: ReadonlyArray<IncomingEvent>) {
    const planned = yield* plan(incoming)
    const candidates = planned.flatMap((one) => (Result.isSuccess(one) ? [one.success] : []))
    const known = yield* record(candidates)
    const answers = planned.map(
      Result.flatMap((candidate): Answer => {
        const key = known.get(keyOf(candidate))
        if (key?.hash !== candidate.bodyHash) return Result.fail(conflict)
        const { isNew, jobsCount } = key
        return Result.succeed({ eventId: candidate.event.envelope.event_id, jobsCount, isNew })
      })
    )
    yield* countRefused(answers)
    return answers
  }, timed)
})
