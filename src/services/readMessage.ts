/** What a message of a stream says, or in what words it is refused: those that HTTP uses, too. */

import { Result, type SchemaIssue } from "effect"

import { decodeNotificationJob, type NotificationJob } from "#schemas/Job.ts"
import { fieldProblems, sentenceOf } from "#src/domain/fieldProblems.ts"
import { parseJsonBytes } from "#src/domain/parseJson.ts"
import { type Refused } from "#src/nats/decodeBatch.ts"

export const readJson = (data: Uint8Array): Result.Result<unknown, Refused<"invalid_json">> =>
  Result.mapError(parseJsonBytes(data), (detail) => ({ reason: "invalid_json", detail }))

type Decoder<A> = (json: unknown) => Result.Result<A, { readonly issue: SchemaIssue.Issue }>

/** JSON of a schema; what it is instead is refused for `reason`, member by member. */
export const readAs =
  <A, Reason>(decode: Decoder<A>, reason: Reason) =>
  (data: Uint8Array): Result.Result<A, Refused<Reason | "invalid_json">> =>
    Result.flatMap(readJson(data), (json) =>
      Result.mapError(decode(json), ({ issue }) => ({
        reason,
        detail: sentenceOf(fieldProblems(issue, json))
      }))
    )

/** A hint. */
export const readJob: (
  data: Uint8Array
) => Result.Result<NotificationJob, Refused<"invalid_json" | "invalid_payload">> = readAs(
  decodeNotificationJob,
  "invalid_payload"
)
