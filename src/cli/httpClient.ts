/** The HTTP client of commands that ask the API. */

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export const httpClient = Layer.unwrap(
  Effect.map(
    Effect.promise(() => import("effect/http/FetchHttpClient")),
    ({ layer }) => layer
  )
)
