/** Places in lists as callers carry them: opaque, and checked when they come back. */

import { Result, Schema } from "effect"

import { invalid, type Rejected } from "#src/domain/Rejected.ts"

const refused = (): Rejected =>
  invalid("invalid_query", [
    { path: "query.cursor", message: "expected the next_cursor of an earlier answer", got: "string" }
  ])

export const writeCursor = <A, I>(place: Schema.Codec<A, I>, value: A): string =>
  Buffer.from(Schema.encodeSync(Schema.fromJsonString(place))(value)).toString("base64url")

/** Fails with `invalid_query` where it is none of ours. */
export const readCursor = <A, I>(place: Schema.Codec<A, I>, cursor: string): Result.Result<A, Rejected> =>
  Result.mapError(
    Schema.decodeResult(Schema.fromJsonString(place))(Buffer.from(cursor, "base64url").toString("utf8")),
    refused
  )
