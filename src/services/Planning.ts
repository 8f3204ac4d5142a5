/** The one way in: events from HTTP and from NATS are checked, decided and recorded here, many at once. */

import { Context, Effect, Layer, Option, Result } from "effect"

import { type EventId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type ArrivedEvent, checkEvent } from "#src/domain/checkEvent.ts"
import { directDefinition, directEventType } from "#src/domain/directNotification.ts"
import { notBuilt } from "#src/domain/eventTypes.ts"
import { compilePayloadSchema } from "#src/domain/payloadSchema.ts"
import { conflict, type DefinedType, type PlannedEvent, planEvent } from "#src/domain/planEvent.ts"
import { type Refusal } from "#src/domain/Refusal.ts"
import { type AcceptedEvent, EventRepository } from "#src/repositories/EventRepository.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { BuiltIns } from "./BuiltIns.ts"
import { EventTypes, eventTypeKey } from "./EventTypes.ts"
import { makeGroupCommit } from "./groupCommit.ts"
import { OpenWork } from "./OpenWork.ts"

export interface IncomingEvent extends ArrivedEvent {
  readonly via: "http" | "nats"
  /** W3C Trace Context. */
  readonly traceparent?: string
}

export interface Accepted {
  readonly eventId: EventId
  /** Recipients × channels, as counted when it was first accepted. */
  readonly jobsCount: number
}

type Answer = Result.Result<Accepted, Refusal>

interface Candidate extends PlannedEvent {
  readonly incoming: IncomingEvent
}

const keyOf = ({ event }: PlannedEvent): string => `${event.organizationId}/${event.envelope.event_id}`

/** What every organization has without a row. */
const directType: DefinedType = {
  definition: directDefinition,
  checkPayload: Result.getOrThrow(compilePayloadSchema(directDefinition.payload_schema ?? {}))
}

const toAccepted = (candidate: Candidate): AcceptedEvent => ({
  ...candidate,
  via: candidate.incoming.via,
  traceparent: candidate.incoming.traceparent ?? null
})

const monthOf = (instant: Instant): string => instant.slice(0, 7)

export class Planning extends Context.Service<
  Planning,
  {
    /**
     * One answer for each event, in order. Concurrent calls share a commit. An event that was accepted before gets
     * the same answer again and leads to nothing.
     */
    readonly accept: (
      events: ReadonlyArray<IncomingEvent>
    ) => Effect.Effect<ReadonlyArray<Answer>, LedgerUnreachable>
  }
>()("carillon/services/Planning") {
  static readonly layer = Layer.effect(
    Planning,
    Effect.gen(function* () {
      const repository = yield* EventRepository
      const builtIns = yield* BuiltIns
      const eventTypes = yield* EventTypes
      const work = yield* OpenWork
      const months = new Set<string>()

      /** An old instant, or the first of a month, may need partitions that maintenance has not made. */
      const ensureMonths = Effect.fnUntraced(function* (instants: ReadonlyArray<Instant>) {
        const unseen = instants.filter((instant) => !months.has(monthOf(instant)))
        if (unseen.length === 0) return
        yield* repository.ensurePartitions(unseen)
        for (const instant of unseen) months.add(monthOf(instant))
      })

      /** Checked and planned, by one look at the types that the batch needs. */
      const plan = Effect.fnUntraced(function* (incoming: ReadonlyArray<IncomingEvent>) {
        const checked = incoming.map((one) => Result.map(checkEvent(one), (event) => ({ event, incoming: one })))
        const good = checked.flatMap((one) => (Result.isSuccess(one) ? [one.success.event] : []))
        const keys = good.map(({ envelope, organizationId }) => ({
          organizationId,
          eventType: envelope.event_type
        }))
        if (keys.length > 0) yield* builtIns.ensure(keys.map(({ organizationId }) => organizationId))
        const types = yield* eventTypes.find(keys)
        const typeOf = (organizationId: OrganizationId, eventType: (typeof keys)[number]["eventType"]) =>
          eventType === directEventType
            ? Option.some(directType)
            : Option.fromUndefinedOr(types.get(eventTypeKey({ organizationId, eventType })))
        return checked.map(
          Result.flatMap(({ event, incoming }) =>
            Result.map(
              planEvent(event, typeOf(event.organizationId, event.envelope.event_type), notBuilt),
              (planned): Candidate => ({ ...planned, incoming })
            )
          )
        )
      })

      /** What the ledger says of each id now: those of this batch that are new, and all others. */
      const record = Effect.fnUntraced(function* (candidates: ReadonlyArray<Candidate>) {
        const first = new Map<string, Candidate>()
        for (const candidate of candidates)
          if (!first.has(keyOf(candidate))) first.set(keyOf(candidate), candidate)
        const accepted = [...first.values()]
        if (accepted.length === 0) return new Map<string, { hash: string; count: number }>()
        yield* ensureMonths(accepted.map(({ event }) => event.acceptedAt))
        const fresh = yield* repository.insert(accepted.map(toAccepted))
        if (fresh.size > 0) work.ring("jobs", "events")
        const old = accepted.filter((candidate) => !fresh.has(keyOf(candidate)))
        const stored = old.length === 0 ? [] : yield* repository.keys(old.map(({ event }) => ({
          organizationId: event.organizationId,
          eventId: event.envelope.event_id
        })))
        const known = new Map(
          stored.map((key) => [`${key.organization_id}/${key.event_id}`, { hash: key.body_hash, count: key.jobs_count }])
        )
        for (const candidate of accepted)
          if (fresh.has(keyOf(candidate)))
            known.set(keyOf(candidate), { hash: candidate.bodyHash, count: candidate.jobs.length })
        return known
      })

      const acceptBatch = Effect.fn("Planning.accept")(function* (incoming: ReadonlyArray<IncomingEvent>) {
        const planned = yield* plan(incoming)
        const candidates = planned.flatMap((one) => (Result.isSuccess(one) ? [one.success] : []))
        const known = yield* record(candidates)
        return planned.map(
          Result.flatMap((candidate): Answer => {
            const key = known.get(keyOf(candidate))
            return key?.hash === candidate.bodyHash
              ? Result.succeed({ eventId: candidate.event.envelope.event_id, jobsCount: key.count })
              : Result.fail(conflict)
          })
        )
      })

      return Planning.of({ accept: yield* makeGroupCommit(acceptBatch, 1000) })
    })
  )
}
