/** What died, and why. */

import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"

import { DeadLetterReason } from "../DeadLetter.ts"
import { DeadLetterId, JobId } from "../Ids.ts"
import { Authenticated } from "./Authenticated.ts"
import { cursorMembers, cursorQuery } from "./Page.ts"

const text = Schema.NullOr(Schema.String)

const summary = {
  dead_letter_id: DeadLetterId,
  stream: Schema.String,
  subject: Schema.String,
  consumer: Schema.String,
  reason: DeadLetterReason,
  detail: Schema.String,
  deliveries: Schema.Int,
  job_id: text,
  event_id: text,
  event_type: text,
  died_at: Schema.String,
  state: Schema.Literals(["open", "replayed", "discarded"])
}

const DeadLetterSummary = Schema.Struct(summary)
export type DeadLetterSummary = typeof DeadLetterSummary.Type

export const DeadLetterWhole = Schema.Struct({
  ...summary,
  /** As text; absent where it is none. */
  body: Schema.optionalKey(Schema.String),
  /** Present only where the body is no text. */
  body_base64: Schema.optionalKey(Schema.String),
  headers: Schema.Record(Schema.String, Schema.String),
  /** What was tried, oldest first. */
  history: Schema.Array(Schema.Unknown)
})
export type DeadLetterWhole = typeof DeadLetterWhole.Type

/** A name of NATS. */
const Name = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_.-]{1,100}$/, { message: "expected a name" }))

export class DeadLettersApi extends HttpApiGroup.make("deadLetters")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/dead-letters", {
      query: {
        ...cursorQuery,
        stream: Schema.optionalKey(Name),
        reason: Schema.optionalKey(DeadLetterReason),
        event_type: Schema.optionalKey(Name),
        job_id: Schema.optionalKey(JobId)
      },
      success: Schema.Struct({ dead_letters: Schema.Array(DeadLetterSummary), ...cursorMembers })
    }),
    HttpApiEndpoint.get("get", "/api/v1/dead-letters/:dead_letter_id", {
      params: { dead_letter_id: DeadLetterId },
      success: DeadLetterWhole
    })
  )
  .middleware(Authenticated) {}
