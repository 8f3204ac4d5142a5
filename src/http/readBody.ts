/** Bodies of requests: measured while they are read, before anything is parsed. */

import { ByteSize, Effect, Result } from "effect"
import { HttpIncomingMessage, HttpServerRequest } from "effect/http"

import { makeProblem, type Problem } from "#schemas/http/Problem.ts"
import { parseJsonBytes } from "#src/domain/parseJson.ts"

/** The largest bodies, in bytes. */
export const limits_bytes = {
  event: 262_144,
  batch: 8_388_608,
  resource: 1_048_576
} as const

export interface JsonBody {
  readonly value: unknown
  readonly size_bytes: number
}

const isJson = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^application\/([\w.!#$&^-]+\+)?json\s*(;|$)/i.test(contentType)

const tooLarge = (limit_bytes: number) =>
  makeProblem("too_large", `the body is larger than ${limit_bytes} bytes`)

const notJson = (detail: string) => makeProblem("invalid_json", detail)

const parseBytes = (bytes: ArrayBuffer): Result.Result<JsonBody, Problem> =>
  Result.mapBoth(parseJsonBytes(new Uint8Array(bytes)), {
    onSuccess: (value) => ({ value, size_bytes: bytes.byteLength }),
    onFailure: notJson
  })

/** Why reading stopped: too much came, or the caller went away. */
const unread =
  (limit_bytes: number) =>
  (error: { readonly reason: { readonly _tag: string; readonly reason?: unknown } }) =>
    error.reason.reason === "BodyTooLarge" ? tooLarge(limit_bytes) : notJson("the body did not arrive whole")

const read = (limit_bytes: number) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (Number(request.headers["content-length"] ?? 0) > limit_bytes)
      return yield* Effect.fail(tooLarge(limit_bytes))
    return yield* Effect.mapError(request.arrayBuffer, unread(limit_bytes))
  }).pipe(Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(limit_bytes)))

/** 413, 415 or 400 where there is no JSON in it. */
export const readJson = Effect.fnUntraced(function* (limit_bytes: number) {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  if (!isJson(headers["content-type"]))
    return yield* Effect.fail(makeProblem("unsupported_media_type", "declare the body as application/json"))
  return yield* Effect.fromResult(parseBytes(yield* read(limit_bytes)))
})

/** As `readJson`, for resources that need no member: an empty body is an empty object. */
export const readJsonOrNothing = Effect.fnUntraced(function* (limit_bytes: number) {
  const bytes = yield* read(limit_bytes)
  if (bytes.byteLength === 0) return { value: {}, size_bytes: 0 }
  return yield* readJson(limit_bytes)
})
