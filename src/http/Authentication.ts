/**
 * Who calls, and whether they may: the operator by the installation's key, and on a machine of its own whoever calls
 * on loopback; everyone else by a key of an organization, within its role.
 */

import { hash, timingSafeEqual } from "node:crypto"

import { Context, Effect, Layer, Option, Redacted, Result, Schema } from "effect"
import { HttpServerRequest, type HttpServerResponse } from "effect/http"

import { type AccessRole } from "#schemas/AccessRole.ts"
import { Authenticated, Caller, organizationHeader } from "#schemas/http/Authenticated.ts"
import { makeProblem, type Problem } from "#schemas/http/Problem.ts"
import { defaultOrganization, OrganizationId } from "#schemas/Ids.ts"
import { HttpConfig } from "#src/config/HttpConfig.ts"
import { isPermitted, type Route } from "#src/domain/permissions.ts"
import { ApiKeys } from "#src/services/ApiKeys.ts"

import { CurrentRequest } from "./CurrentRequest.ts"
import { isLoopbackAddress, isLoopbackHost, isLoopbackName, isLoopbackOrigin } from "./loopback.ts"
import { respond } from "./problem.ts"

/** Whether this is one machine with everything on it; said by the composition root. */
export class Embedded extends Context.Service<Embedded, boolean>()("carillon/http/Authentication/Embedded") {}

type Request = HttpServerRequest.HttpServerRequest

interface Holder {
  readonly organizationId: OrganizationId
  /** The key's. */
  readonly name: string
  readonly role: AccessRole
  readonly ofInstallation: boolean
}

/** Hashes are of one length, and comparing them tells nothing of the key. */
const digest = (text: string): Buffer => hash("sha256", text, "buffer")

/** Hashes the key once for all requests. */
const isKey = (key: string) => {
  const known = digest(key)
  return (given: string): boolean => key !== "" && timingSafeEqual(digest(given), known)
}

const comesFromHere = ({ headers, remoteAddress }: Request): boolean =>
  Option.exists(remoteAddress, isLoopbackAddress) && isLoopbackHost(headers["host"] ?? "")

/** A page of another site, which a browser on this machine shows. */
const isCrossSite = ({ headers }: Request): boolean =>
  headers["origin"] !== undefined && !isLoopbackOrigin(headers["origin"])

const unauthorized = makeProblem("unauthorized", "send a key as Authorization: Bearer <key>")
const crossSite = makeProblem("cross_site", "pages of other sites may not call this API")

/** Said wherever a request names an organization that is not its caller's. */
export const organizationMismatch = makeProblem(
  "organization_mismatch",
  "the request names an organization that is not the caller's"
)

const wrongOrganization = makeProblem("invalid_header", `${organizationHeader}: expected an organization`, [
  { path: `headers.${organizationHeader}`, message: "expected an organization", got: "string" }
])

const forbidden = (role: AccessRole): Problem =>
  makeProblem("forbidden", `the role ${role} does not permit this request`)

const installation: Holder = {
  organizationId: defaultOrganization,
  name: "operator",
  role: "operator",
  ofInstallation: true
}

const decodeOrganization = Schema.decodeUnknownOption(OrganizationId)

/** For whom the holder of a key acts: its own organization, unless the installation's operator names another. */
const actingFor = (holder: Holder, { headers }: Request): Effect.Effect<Holder, Problem> => {
  const named = headers[organizationHeader]
  if (named === undefined || named === holder.organizationId) return Effect.succeed(holder)
  if (!holder.ofInstallation) return Effect.fail(organizationMismatch)
  return Option.match(decodeOrganization(named), {
    onNone: () => Effect.fail(wrongOrganization),
    onSome: (organizationId) => Effect.succeed({ ...holder, organizationId })
  })
}

/** Lets those through, as the `Caller`, who may call a route; the others it answers itself. */
export class Gate extends Context.Service<
  Gate,
  {
    /** @param given the key that the request brought; empty where it brought none */
    readonly pass: <A, E, R>(
      handler: Effect.Effect<A, E, R>,
      given: string,
      route: Route
    ) => Effect.Effect<
      A | HttpServerResponse.HttpServerResponse,
      E,
      Exclude<R, Caller> | HttpServerRequest.HttpServerRequest
    >
  }
>()("carillon/http/Authentication/Gate") {
  static readonly layer = Layer.effect(
    Gate,
    Effect.gen(function* () {
      const { host, operatorKey } = yield* HttpConfig
      const isOpen = (yield* Embedded) && isLoopbackName(host)
      const isOperatorKey = isKey(Redacted.value(operatorKey))
      const { identify } = yield* ApiKeys

      const byKey = Effect.fnUntraced(function* (given: string) {
        if (isOperatorKey(given)) return installation
        const found = yield* identify(given)
        if (Option.isNone(found)) return yield* Effect.fail(unauthorized)
        const { name, organization_id, role } = found.value
        return { organizationId: organization_id, name, role, ofInstallation: false } satisfies Holder
      })

      const byPlace = (request: Request): Effect.Effect<Holder, Problem> => {
        if (!isOpen || !comesFromHere(request)) return Effect.fail(unauthorized)
        return isCrossSite(request) ? Effect.fail(crossSite) : Effect.succeed(installation)
      }

      const judge = Effect.fnUntraced(function* (request: Request, given: string, route: Route) {
        const holder =
          request.headers["authorization"] === undefined ? yield* byPlace(request) : yield* byKey(given)
        const caller = yield* actingFor(holder, request)
        if (!isPermitted(caller.role, route)) return yield* Effect.fail(forbidden(caller.role))
        return caller
      })

      return Gate.of({
        pass: Effect.fnUntraced(function* (handler, given, route) {
          const request = yield* HttpServerRequest.HttpServerRequest
          const current = yield* CurrentRequest
          current.route = route.path
          const judged = yield* Effect.result(judge(request, given, route))
          if (Result.isFailure(judged)) return yield* respond(Effect.fail(judged.failure))
          return yield* Effect.provideService(handler, Caller, judged.success)
        })
      })
    })
  )
}

/** The gate before every declared endpoint. */
export const AuthenticationLayer = Layer.effect(
  Authenticated,
  Gate.useSync(({ pass }) =>
    Authenticated.of({
      key: (handler, { credential, endpoint }) => pass(handler, Redacted.value(credential), endpoint)
    })
  )
).pipe(Layer.provide(Gate.layer))
