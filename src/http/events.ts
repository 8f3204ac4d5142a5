/** `POST /api/v1/events`, `/batch`, and what became of one. */

import { Clock, Effect, Result } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { type BatchAccepted, type EventAccepted, mostEvents } from "#schemas/http/events.ts"
import { makeProblem, type Problem } from "#schemas/http/Problem.ts"
import { toInstant } from "#src/domain/instants.ts"
import { type FieldProblem, type Refusal } from "#src/domain/Refusal.ts"
import { kindOf } from "#src/domain/valueKind.ts"
import { type Accepted } from "#src/services/acceptEvents.ts"
import { Idempotency } from "#src/services/Idempotency.ts"
import { Planning } from "#src/services/Planning.ts"
import { Stories } from "#src/services/Stories.ts"

import { CurrentRequest } from "./CurrentRequest.ts"
import { bindIdempotencyKey } from "./idempotent.ts"
import { problemOfRefusal, respond } from "./problem.ts"
import { limits_bytes, readJson } from "./readBody.ts"

const memberOf = (body: unknown, name: string): unknown =>
  typeof body === "object" && body !== null && Object.hasOwn(body, name)
    ? new Map<string, unknown>(Object.entries(body)).get(name)
    : undefined

/** Another organization's event; what is not even a name is refused with the rest of the body. */
const foreignProblem = (body: unknown, organizationId: string): Problem | undefined => {
  const named = memberOf(body, "organization_id")
  return typeof named === "string" && named !== organizationId
    ? makeProblem("organization_mismatch", "the event names an organization that is not the caller's")
    : undefined
}

const acceptedAnswer = ({ eventId, jobsCount }: Accepted): EventAccepted => ({
  status: "accepted",
  event_id: eventId,
  jobs_count: jobsCount
})

const incoming = Effect.gen(function* () {
  const { organizationId } = yield* Caller
  const { traceparent } = yield* CurrentRequest
  const acceptedAt = toInstant(yield* Clock.currentTimeMillis)
  return { via: "http" as const, organizationId, acceptedAt, traceparent }
})

/** Answers a whole response: what this file made is not checked and made again, event for event, by its schema. */
const answer202 = (accepted: EventAccepted) => HttpServerResponse.jsonUnsafe(accepted, { status: 202 })
const answer207 = (accepted: BatchAccepted) => HttpServerResponse.jsonUnsafe(accepted, { status: 207 })

const acceptOne = (planning: Planning["Service"]) =>
  Effect.gen(function* () {
    const { value } = yield* readJson(limits_bytes.event)
    const base = yield* incoming
    const foreign = foreignProblem(value, base.organizationId)
    if (foreign !== undefined) return yield* Effect.fail(foreign)
    const accept = Effect.gen(function* () {
      const [answer] = yield* planning.accept([{ ...base, body: value }])
      if (answer === undefined) return yield* Effect.die("planning gave no answer")
      return yield* Effect.mapError(Effect.fromResult(answer), problemOfRefusal)
    })
    return answer202(acceptedAnswer(yield* bindIdempotencyKey(value, accept)))
  })

/** What answers `POST /api/v1/events`. */
export const makePublish = Effect.zipWith(Planning, Idempotency, (planning, idempotency) =>
  Effect.provideService(respond(acceptOne(planning)), Idempotency, idempotency)
)

const notABatch = (problem: FieldProblem) =>
  Effect.fail(makeProblem("invalid_body", `${problem.path}: ${problem.message}`, [problem]))

/** The events of a batch, nothing of them checked yet. */
const readEvents = Effect.fnUntraced(function* (body: unknown) {
  const events = memberOf(body, "events")
  if (!Array.isArray(events))
    return yield* notABatch({ path: "events", message: "expected an array", got: kindOf(events) })
  if (events.length === 0 || events.length > mostEvents)
    return yield* notABatch({
      path: "events",
      message: `expected 1 to ${mostEvents} events`,
      got: `${events.length} events`
    })
  const other = Object.keys(body ?? {}).find((name) => name !== "events")
  if (other !== undefined)
    return yield* notABatch({
      path: other.slice(0, 100),
      message: "expected no member of this name",
      got: "member"
    })
  const unknowns: ReadonlyArray<unknown> = events
  return unknowns
})

/** The limit of a single event holds in a batch, too. */
const isTooLarge = (event: unknown, size_bytes: number): boolean =>
  size_bytes > limits_bytes.event && Buffer.byteLength(JSON.stringify(event)) > limits_bytes.event

/** What keeps an event of a batch from being looked at. */
const refusedUnseen = (event: unknown, size_bytes: number, organizationId: string): Problem | undefined =>
  isTooLarge(event, size_bytes)
    ? makeProblem("too_large", `the event is larger than ${limits_bytes.event} bytes`)
    : foreignProblem(event, organizationId)

const prefixed = (refusal: Refusal, index: number): Refusal => ({
  ...refusal,
  errors: refusal.errors.map((error) => ({
    ...error,
    path: error.path === "" ? `events.${index}` : `events.${index}.${error.path}`
  }))
})

const acceptMany = (planning: Planning["Service"]) =>
  Effect.gen(function* () {
    const { size_bytes, value } = yield* readJson(limits_bytes.batch)
    const events = yield* readEvents(value)
    const base = yield* incoming
    const refused = events.map((event) => refusedUnseen(event, size_bytes, base.organizationId))
    const accept = Effect.gen(function* () {
      const seen = events.filter((_, index) => refused[index] === undefined)
      const answers =
        seen.length === 0 ? [] : yield* planning.accept(seen.map((body) => Object.assign({ body }, base)))
      const next = answers.values()
      return refused.map((problem, index) => {
        if (problem !== undefined) return { error: problem }
        const answer = next.next().value
        if (answer === undefined) return { error: makeProblem("internal", "planning gave no answer") }
        return Result.isSuccess(answer)
          ? acceptedAnswer(answer.success)
          : { error: problemOfRefusal(prefixed(answer.failure, index)) }
      })
    })
    return answer207({ results: yield* bindIdempotencyKey(value, accept) })
  })

export const EventsHandlers = HttpApiBuilder.group(
  Api,
  "events",
  Effect.fnUntraced(function* (handlers) {
    const stories = yield* Stories
    const idempotency = yield* Idempotency
    const publish = yield* makePublish
    const publishBatch = Effect.provideService(respond(acceptMany(yield* Planning)), Idempotency, idempotency)
    return handlers
      .handleRaw("publish", () => publish)
      .handleRaw("publishBatch", () => publishBatch)
      .handle("get", ({ params }) =>
        respond(
          Effect.flatMap(Caller, ({ organizationId }) => stories.event(organizationId, params.event_id))
        )
      )
  })
)
