/** Asks the API of the running system. */

import * as Config from "effect/Config"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"

import { organizationHeader } from "#schemas/http/Authenticated.ts"
import { Problem } from "#schemas/http/Problem.ts"

import { NoAnswer, Refused } from "./errors.ts"
import { api } from "./running.ts"

/** What a proxy may say in the place of a problem document. */
const plain = (status: number) => ({ detail: `the API refused`, status, errors: [] })

const refusal = (response: HttpClientResponse.HttpClientResponse) =>
  HttpClientResponse.schemaBodyJson(Problem)(response).pipe(
    Effect.map(({ detail, errors = [] }) => ({
      detail,
      status: response.status,
      errors: errors.map(({ message, path }) => `${path}: ${message}`)
    })),
    Effect.orElseSucceed(() => plain(response.status)),
    Effect.flatMap((fields) => Effect.fail(new Refused(fields)))
  )

const patience = "15 seconds"

const send = Effect.fnUntraced(function* (
  request: HttpClientRequest.HttpClientRequest,
  timeout: Duration.Input = patience
) {
  const { key, url } = yield* api
  const organization = yield* Config.option(Config.NonEmptyString("CARILLON_ORGANIZATION"))
  const whole = HttpClientRequest.setHeaders(HttpClientRequest.prependUrl(request, url), {
    ...(Option.isSome(key) && { authorization: `Bearer ${Redacted.value(key.value)}` }),
    ...(Option.isSome(organization) && { [organizationHeader]: organization.value })
  })
  return yield* HttpClient.execute(whole).pipe(
    Effect.timeout(timeout),
    Effect.mapError(({ message }) => new NoAnswer({ what: "The API", address: url, why: message }))
  )
})

const read = <A>(schema: Schema.Codec<A, unknown>, response: HttpClientResponse.HttpClientResponse) =>
  response.status < 300
    ? Effect.orDie(HttpClientResponse.schemaBodyJson(schema)(response))
    : refusal(response)

/** None where there is nothing of that name. */
export const find = Effect.fnUntraced(function* <A>(path: string, schema: Schema.Codec<A, unknown>) {
  const response = yield* send(HttpClientRequest.get(path))
  return response.status === 404 ? Option.none<A>() : Option.some(yield* read(schema, response))
})

export const get = Effect.fnUntraced(function* <A>(path: string, schema: Schema.Codec<A, unknown>) {
  return yield* read(schema, yield* send(HttpClientRequest.get(path)))
})

export const post = Effect.fnUntraced(function* <A>(
  path: string,
  body: unknown,
  {
    schema,
    timeout = patience
  }: { readonly schema: Schema.Codec<A, unknown>; readonly timeout?: Duration.Input }
) {
  const request = HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(path), body)
  return yield* read(schema, yield* send(request, timeout))
})

export const remove = Effect.fnUntraced(function* (path: string) {
  const response = yield* send(HttpClientRequest.delete(path))
  if (response.status >= 300) return yield* refusal(response)
})
