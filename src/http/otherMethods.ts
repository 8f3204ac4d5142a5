/** Methods that a path does not know: 405 with what it does know; OPTIONS says the same. */

import { Effect } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApi } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { makeProblem } from "#schemas/http/Problem.ts"

import { problemResponse } from "./problem.ts"

const refusable = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const

const methodsByPath = (): ReadonlyMap<string, ReadonlySet<string>> => {
  const known = new Map<string, Set<string>>()
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint }) => {
      const methods = known.get(endpoint.path) ?? new Set<string>()
      known.set(endpoint.path, methods.add(endpoint.method))
    }
  })
  return known
}

const allowOf = (methods: ReadonlySet<string>): string =>
  [...methods, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ")

const refuse = (allow: string) =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ url }) =>
    HttpServerResponse.setHeader(
      problemResponse(makeProblem("method_not_allowed", `this path knows ${allow}`), url),
      "allow",
      allow
    )
  )

export const OtherMethods = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    for (const [path, methods] of methodsByPath()) {
      const allow = allowOf(methods)
      const route: HttpRouter.PathInput = `/${path.slice(1)}`
      yield* router.add("OPTIONS", route, HttpServerResponse.empty({ status: 204, headers: { allow } }))
      for (const method of refusable)
        if (!methods.has(method)) yield* router.add(method, route, refuse(allow))
    }
  })
)
