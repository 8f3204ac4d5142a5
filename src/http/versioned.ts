/** Answers about one resource that has versions: with its entity tag, and its instants as answers write them. */

import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"

import { shorten } from "#schemas/Instant.ts"
import { entityTag } from "#src/domain/ifMatch.ts"

export interface Dated {
  readonly created_at: string
  readonly updated_at: string
}

export const withShortInstants = <A extends Dated>(resource: A): A => ({
  ...resource,
  created_at: shorten(resource.created_at),
  updated_at: shorten(resource.updated_at)
})

export const versioned = (
  resource: Dated & { readonly version: number },
  status: 200 | 201 = 200
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(withShortInstants(resource), {
    status,
    headers: { etag: entityTag(resource.version) }
  })

/** The header `If-Match`; the member is absent where the header is. */
export const ifMatchHeader = Effect.map(
  HttpServerRequest.HttpServerRequest,
  ({ headers }): { readonly ifMatch?: string } => {
    const ifMatch = headers["if-match"]
    return ifMatch === undefined ? {} : { ifMatch }
  }
)
