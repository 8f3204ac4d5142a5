/** From what came in to what is to be recorded, or to the reason why it is refused: every rule of acceptance in order. */

import { Option, Result } from "effect"

import { type EventDefinition } from "#schemas/EventDefinition.ts"

import { bodyHash } from "./checkEvent.ts"
import { type PayloadCheck } from "./payloadSchema.ts"
import { type CheckedEvent, plan, type PlannedJob } from "./plan.ts"
import { type Refusal } from "./Refusal.ts"
import { type ProfileChange, profileChange } from "./registration.ts"
import { kindOf } from "./valueKind.ts"

export interface PlannedEvent {
  readonly event: CheckedEvent
  /** sha256, hex. */
  readonly bodyHash: string
  readonly jobs: ReadonlyArray<PlannedJob>
  readonly profile: ProfileChange | null
}

/** The type of an event, as this batch sees it. */
export interface DefinedType {
  readonly definition: EventDefinition
  readonly checkPayload: PayloadCheck
}

/** Names of the contract whose behaviour is still to come. */
export type NotBuilt = ReadonlySet<string>

const unknownType = (type: string): Refusal => ({
  reason: "unknown_event_type",
  detail: `no event type ${type} is configured`,
  errors: [{ path: "event_type", message: "expected the name of a configured event type", got: kindOf(type) }]
})

const notBuiltYet = (type: string): Refusal => ({
  reason: "not_implemented",
  detail: `events of type ${type} are not built yet`,
  errors: []
})

/** One event may name this many messages; more people than that are a segment. */
const mostJobs = 1000

/** Each message keeps what its template may use: the payload, once for each. */
const mostCopied_bytes = 16 * 1024 * 1024

const excess = ({ envelope }: CheckedEvent, jobs: number): Refusal | null => {
  const copied_bytes = jobs * Buffer.byteLength(JSON.stringify(envelope.payload))
  if (jobs <= mostJobs && copied_bytes <= mostCopied_bytes) return null
  const message = `expected at most ${mostJobs} messages of one event, and ${mostCopied_bytes} bytes of payload for all of them together`
  return {
    reason: "invalid_payload",
    detail: `payload: ${message}`,
    errors: [{ path: "payload", message, got: `${jobs} messages, ${copied_bytes} bytes` }]
  }
}

/** @param type none: no one has configured it */
export const planEvent = (
  event: CheckedEvent,
  type: Option.Option<DefinedType>,
  notBuilt: NotBuilt
): Result.Result<PlannedEvent, Refusal> =>
  Result.gen(function* () {
    const { event_type, payload } = event.envelope
    if (notBuilt.has(event_type)) return yield* Result.fail(notBuiltYet(event_type))
    const { checkPayload, definition } = yield* Result.fromOption(type, () => unknownType(event_type))
    const errors = checkPayload(payload)
    if (errors.length > 0)
      return yield* Result.fail<Refusal>({
        reason: "invalid_payload",
        detail: errors.map(({ message, path }) => `${path}: ${message}`).join("; "),
        errors
      })
    const jobs = yield* plan(event, definition)
    const tooMany = excess(event, jobs.length)
    if (tooMany !== null) return yield* Result.fail(tooMany)
    return { event, jobs, bodyHash: bodyHash(event), profile: Option.getOrNull(profileChange(event)) }
  })

/** Answers one refusal for an id that was accepted with another body. */
export const conflict: Refusal = {
  reason: "event_conflict",
  detail: "an event with this id and another type, source, instant or payload was accepted before",
  errors: []
}
