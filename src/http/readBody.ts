/** Bodies of requests: measured while they are read, before anything is parsed. */

import { NodeHttpServerRequest } from "@effect/platform-node"
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

const parseBytes = (bytes: Uint8Array): Result.Result<JsonBody, Problem> =>
  Result.mapBoth(parseJsonBytes(bytes), {
    onSuccess: (value) => ({ value, size_bytes: bytes.byteLength }),
    onFailure: notJson
  })

const notWhole = notJson("the body did not arrive whole")

/** Why reading stopped: too much came, or the caller went away. */
const unread =
  (limit_bytes: number) =>
  (error: { readonly reason: { readonly _tag: string; readonly reason?: unknown } }) =>
    error.reason.reason === "BodyTooLarge" ? tooLarge(limit_bytes) : notWhole

/** A body whose length was declared, and is no longer: Node lets no more of it through. A fifth of the cost of `readAny`. */
const readDeclared = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Uint8Array, Problem> =>
  Effect.callback((resume) => {
    const message = NodeHttpServerRequest.toIncomingMessage(request)
    const chunks: Array<Buffer> = []
    const fail = (): void => resume(Effect.fail(notWhole))
    if (message.destroyed) return fail()
    message.on("data", (chunk: Buffer) => chunks.push(chunk))
    message.on("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
    message.on("error", fail)
    message.on("close", fail)
    return Effect.sync(() => message.destroy())
  })

const readAny = (request: HttpServerRequest.HttpServerRequest, limit_bytes: number) =>
  request.arrayBuffer.pipe(
    Effect.mapBoth({ onSuccess: (bytes) => new Uint8Array(bytes), onFailure: unread(limit_bytes) }),
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(limit_bytes))
  )

const read = (request: HttpServerRequest.HttpServerRequest, limit_bytes: number) => {
  const declared = request.headers["content-length"]
  if (Number(declared ?? 0) > limit_bytes) return Effect.fail(tooLarge(limit_bytes))
  return declared === undefined || request.headers["expect"] !== undefined
    ? readAny(request, limit_bytes)
    : readDeclared(request)
}

const declaredAsJson = ({ headers }: HttpServerRequest.HttpServerRequest): Effect.Effect<void, Problem> =>
  isJson(headers["content-type"])
    ? Effect.void
    : Effect.fail(makeProblem("unsupported_media_type", "declare the body as application/json"))

/** 413, 415 or 400 where there is no JSON in it. */
export const readJson = Effect.fnUntraced(function* (limit_bytes: number) {
  const request = yield* HttpServerRequest.HttpServerRequest
  yield* declaredAsJson(request)
  return yield* Effect.fromResult(parseBytes(yield* read(request, limit_bytes)))
})

/** As `readJson`, for resources that need no member: an empty body is an empty object. */
export const readJsonOrNothing = Effect.fnUntraced(function* (limit_bytes: number) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const bytes = yield* read(request, limit_bytes)
  if (bytes.byteLength === 0) return { value: {}, size_bytes: 0 }
  yield* declaredAsJson(request)
  return yield* Effect.fromResult(parseBytes(bytes))
})
