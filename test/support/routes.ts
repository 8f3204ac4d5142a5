/** Every route of the API, as it is declared. */

import { HttpApi } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { Authenticated } from "#schemas/http/Authenticated.ts"

export interface DeclaredRoute {
  readonly method: string
  /** With its parameters, e.g. `/api/v1/events/:event_id`. */
  readonly path: string
  readonly asksForKey: boolean
}

export const nameOf = ({ method, path }: Pick<DeclaredRoute, "method" | "path">): string =>
  `${method} ${path}`

const reflect = (): ReadonlyArray<DeclaredRoute> => {
  const found: Array<DeclaredRoute> = []
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint, middleware }) =>
      found.push({
        method: endpoint.method,
        path: endpoint.path,
        asksForKey: [...middleware].some(({ key }) => key === Authenticated.key)
      })
  })
  return found
}

export const declaredRoutes = reflect()

/** With something in the place of each parameter. */
export const pathWith = (path: string, ids: Readonly<Record<string, string>>): string =>
  path.replaceAll(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(ids[name] ?? ""))
