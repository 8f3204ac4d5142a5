/** Lets in who has the operator's key, and on a machine of its own whoever calls on loopback. */

import { createHash, timingSafeEqual } from "node:crypto"

import { Context, Effect, Layer, Option, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"

import { Authenticated, Caller } from "#schemas/http/Authenticated.ts"
import { makeProblem } from "#schemas/http/Problem.ts"
import { defaultOrganization } from "#schemas/Ids.ts"
import { HttpConfig } from "#src/config/HttpConfig.ts"

import { CurrentRequest } from "./CurrentRequest.ts"
import { isLoopbackAddress, isLoopbackHost, isLoopbackName, isLoopbackOrigin } from "./loopback.ts"
import { problemResponse } from "./problem.ts"

/** Whether this is one machine with everything on it; said by the composition root. */
export class Embedded extends Context.Service<Embedded, boolean>()("carillon/http/Authentication/Embedded") {}

type Request = HttpServerRequest.HttpServerRequest

/** Hashes are of one length, and comparing them tells nothing of the key. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

const isSameKey = (given: string, key: string): boolean =>
  key !== "" && timingSafeEqual(digest(given), digest(key))

const comesFromHere = ({ headers, remoteAddress }: Request): boolean =>
  Option.exists(remoteAddress, isLoopbackAddress) && isLoopbackHost(headers["host"] ?? "")

/** A page of another site, which a browser on this machine shows. */
const isCrossSite = ({ headers }: Request): boolean =>
  headers["origin"] !== undefined && !isLoopbackOrigin(headers["origin"])

const unauthorized = makeProblem("unauthorized", "send the key as Authorization: Bearer <key>")
const crossSite = makeProblem("cross_site", "pages of other sites may not call this API")

/** The operator's. */
const operator = { organizationId: defaultOrganization }

export const AuthenticationLayer = Layer.effect(
  Authenticated,
  Effect.gen(function* () {
    const { host, operatorKey } = yield* HttpConfig
    const isOpen = (yield* Embedded) && isLoopbackName(host)
    const key = Redacted.value(operatorKey)

    const judge = (request: Request, given: string) => {
      if (request.headers["authorization"] !== undefined)
        return isSameKey(given, key) ? undefined : unauthorized
      if (!isOpen || !comesFromHere(request)) return unauthorized
      return isCrossSite(request) ? crossSite : undefined
    }

    return Authenticated.of({
      key: Effect.fnUntraced(function* (handler, { credential, endpoint }) {
        const request = yield* HttpServerRequest.HttpServerRequest
        const current = yield* CurrentRequest
        current.route = endpoint.path
        const problem = judge(request, Redacted.value(credential))
        if (problem !== undefined) return problemResponse(problem, request.url)
        return yield* Effect.provideService(handler, Caller, operator)
      })
    })
  })
)
