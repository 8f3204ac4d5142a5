/** Is this an event? Everything that can be said without knowing its type. */

import { hash } from "node:crypto"

import { Result, Schema } from "effect"

import { envelopeMembers, EventEnvelope } from "#schemas/Event.ts"
import { EventId, type OrganizationId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"

import { canonicalJson } from "./canonicalJson.ts"
import { fieldProblems, sentenceOf } from "./fieldProblems.ts"
import { plusSeconds } from "./instants.ts"
import { jsonProblems } from "./jsonLimits.ts"
import { type CheckedEvent } from "./plan.ts"
import { type FieldProblem, type Refusal } from "./Refusal.ts"
import { kindOf } from "./valueKind.ts"

/** For how long an event is known again. */
export const horizon_seconds = 400 * 86_400

const maxDepth = 64

const decode = Schema.decodeUnknownResult(EventEnvelope)

const refuse = (errors: ReadonlyArray<FieldProblem>): Refusal => ({
  reason: "invalid_event",
  detail: sentenceOf(errors),
  errors
})

/** What came in, with what its way in says about it. */
export interface ArrivedEvent {
  readonly organizationId: OrganizationId
  /** The subject's; none over HTTP. */
  readonly eventType?: string
  readonly body: unknown
  readonly acceptedAt: Instant
}

/** Members of the envelope that must repeat what its way in said, and the horizon. */
const disagreements = (arrived: ArrivedEvent, envelope: EventEnvelope): ReadonlyArray<FieldProblem> => {
  const { acceptedAt, eventType, organizationId } = arrived
  const problems: Array<FieldProblem> = []
  const named = envelope.organization_id ?? organizationId
  if (named !== organizationId)
    problems.push({
      path: "organization_id",
      message: `expected ${organizationId}, where it came from`,
      got: kindOf(named)
    })
  if (eventType !== undefined && eventType !== envelope.event_type)
    problems.push({
      path: "event_type",
      message: `expected ${eventType}, as its subject says`,
      got: kindOf(envelope.event_type)
    })
  if (envelope.occurred_at < plusSeconds(acceptedAt, -horizon_seconds))
    problems.push({
      path: "occurred_at",
      message: "expected an instant within the last 400 days",
      got: kindOf(envelope.occurred_at)
    })
  return problems
}

/** Members that the envelope does not define: kept, for templates. */
const extraOf = (body: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !envelopeMembers.has(name)))

/** A uuid is the same in any case; the ledger answers in lower case. */
const lowerCase = (id: EventId): EventId => EventId.make(id.toLowerCase())

export const checkEvent = (arrived: ArrivedEvent): Result.Result<CheckedEvent, Refusal> => {
  const { acceptedAt, body, organizationId } = arrived
  const unfit = jsonProblems(body, { maxDepth })
  if (unfit.length > 0) return Result.fail(refuse(unfit))
  if (typeof body !== "object" || body === null || Array.isArray(body))
    return Result.fail(refuse([{ path: "", message: "expected an object", got: kindOf(body) }]))
  const decoded = decode(body, { errors: "all" })
  if (Result.isFailure(decoded)) return Result.fail(refuse(fieldProblems(decoded.failure.issue, body)))
  const envelope = { ...decoded.success, event_id: lowerCase(decoded.success.event_id) }
  const problems = disagreements(arrived, envelope)
  return problems.length > 0
    ? Result.fail(refuse(problems))
    : Result.succeed({ organizationId, envelope, extra: extraOf(body), acceptedAt })
}

/** What makes two events with the same id the same: type, source, instant and payload; sha256, hex. */
export const bodyHash = ({ envelope }: CheckedEvent): string => {
  const { event_type, occurred_at, payload, source } = envelope
  return hash("sha256", canonicalJson([event_type, source, occurred_at, payload]), "hex")
}
