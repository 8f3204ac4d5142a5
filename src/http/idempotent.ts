/** The header `Idempotency-Key`: the same request again, however often, is one. */

import { createHash } from "node:crypto"

import { Effect, type Schema } from "effect"
import { HttpServerRequest } from "effect/http"

import { Caller } from "#schemas/http/Authenticated.ts"
import { makeProblem, type Problem } from "#schemas/http/Problem.ts"
import { canonicalJson } from "#src/domain/canonicalJson.ts"
import { jsonProblems } from "#src/domain/jsonLimits.ts"
import { Idempotency } from "#src/services/Idempotency.ts"

/** Printable ASCII; the draft of the header quotes it, most callers do not. */
const keyPattern = /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/

const wrongKey = makeProblem("invalid_header", "Idempotency-Key: expected 1 to 255 printable characters", [
  { path: "headers.idempotency-key", message: "expected 1 to 255 printable characters", got: "string" }
])

/** `undefined` where the caller sent none; fails where it cannot be one. */
export const idempotencyKey: Effect.Effect<string | undefined, Problem, HttpServerRequest.HttpServerRequest> =
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) => {
    const key = headers["idempotency-key"]
    return key === undefined || keyPattern.test(key) ? Effect.succeed(key) : Effect.fail(wrongKey)
  })

/** Bodies that are the same JSON are the same request. */
const hashOf = (method: string, url: string, body: unknown): string =>
  createHash("sha256").update(`${method} ${url}\n`).update(canonicalJson(body)).digest("hex")

/** What the key stands for; `undefined` without a key. */
const namedRequest = Effect.fnUntraced(function* (body: unknown) {
  const key = yield* idempotencyKey
  if (key === undefined) return undefined
  const { method, url } = yield* HttpServerRequest.HttpServerRequest
  const { organizationId } = yield* Caller
  const unfit = jsonProblems(body, { maxDepth: 66 })
  if (unfit.length > 0)
    return yield* Effect.fail(makeProblem("invalid_body", "the body cannot be compared with others", unfit))
  return { organizationId, key, requestHash: hashOf(method, url, body) }
})

/**
 * Wraps a POST that creates something: where the caller sent a key, the effect runs once and its answer is given
 * again for 24 hours; another body with that key is 409. The effect must do all its writes in its own fiber.
 */
export const idempotent = <A, I, E, R>(
  body: unknown,
  answer: Schema.Codec<A, I>,
  effect: Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const request = yield* namedRequest(body)
    if (request === undefined) return yield* effect
    const idempotency = yield* Idempotency
    return yield* idempotency.once(request, answer, effect)
  })

/** For what is idempotent by an id of its own: the key only must not stand for two requests. */
export const bindIdempotencyKey = <A, E, R>(body: unknown, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const request = yield* namedRequest(body)
    if (request === undefined) return yield* effect
    const idempotency = yield* Idempotency
    return yield* idempotency.bind(request, effect)
  })
