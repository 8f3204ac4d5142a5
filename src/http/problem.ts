/** Failures as problem details. */

import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"

import { makeProblem, type Problem, problemOf } from "#schemas/http/Problem.ts"
import { sentenceOf } from "#src/domain/fieldProblems.ts"
import { type FieldProblem, type Refusal } from "#src/domain/Refusal.ts"
import { Rejected } from "#src/domain/Rejected.ts"
import { LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

const contentType = "application/problem+json"
const retryAfter_seconds = "2"

/** What HTTP says beside the body. */
const headersOf = (status: number): Record<string, string> => {
  if (status === 503) return { "retry-after": retryAfter_seconds }
  return status === 401 ? { "www-authenticate": 'Bearer realm="carillon"' } : {}
}

/** @param url of the request; its query is left out, since it may hold what is private */
export const problemResponse = (problem: Problem, url: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(
    { ...problem, instance: url.split("?", 1).join("") },
    { status: problem.status, contentType, headers: headersOf(problem.status) }
  )

export const problemOfRefusal = ({ detail, errors, reason }: Refusal): Problem =>
  makeProblem(reason, detail, errors)

/** 422: members of the body are wrong. */
export const invalidBody = (errors: ReadonlyArray<FieldProblem>): Problem =>
  makeProblem("invalid_body", sentenceOf(errors), errors)

const rejections = {
  invalid: { status: 422, title: "The request is wrong" },
  missing: { status: 404, title: "There is nothing of this name" },
  conflict: { status: 409, title: "The request is in conflict with what is there" },
  stale: { status: 412, title: "The resource has changed" }
} as const

const problemOfRejected = ({ code, detail, errors, extra, reason }: Rejected): Problem =>
  problemOf({ ...rejections[reason], code, detail, errors, extra })

const unavailable = makeProblem(
  "unavailable",
  "the ledger cannot be reached; nothing was accepted, try again"
)

const behind = makeProblem(
  "ledger_behind",
  "the ledger was restored to an earlier state, and its operator has not reconciled it yet; nothing was accepted, try again"
)

const toProblem = (failure: Problem | Rejected | LedgerUnreachable): Problem => {
  if (failure instanceof Rejected) return problemOfRejected(failure)
  if (failure instanceof LedgerUnreachable) return failure.isBehind ? behind : unavailable
  return failure
}

/** What a handler answers: its success, or its failure as a problem. */
export const respond = <A, R>(
  effect: Effect.Effect<A, Problem | Rejected | LedgerUnreachable, R>
): Effect.Effect<A | HttpServerResponse.HttpServerResponse, never, R | HttpServerRequest.HttpServerRequest> =>
  effect.pipe(
    Effect.catch((failure) =>
      Effect.map(HttpServerRequest.HttpServerRequest, ({ url }) => problemResponse(toProblem(failure), url))
    )
  )
