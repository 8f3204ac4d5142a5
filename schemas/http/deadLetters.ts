/** What died, and why. */

import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"

import { DeadLetterReason } from "../DeadLetter.ts"
import { DeadLetterId, JobId } from "../Ids.ts"
import { Authenticated } from "./Authenticated.ts"
import { cursorMembers, cursorQuery } from "./Page.ts"

const text = Schema.NullOr(Schema.String)

const State = Schema.Literals(["open", "replayed", "discarded"])

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
  state: State,
  /** When and by whom it was replayed or discarded; null while it is open. */
  decided_at: text,
  decided_by: text
}

const DeadLetterSummary = Schema.Struct(summary)
export type DeadLetterSummary = typeof DeadLetterSummary.Type

export const DeadLetterList = Schema.Struct({
  dead_letters: Schema.Array(DeadLetterSummary),
  ...cursorMembers
})

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

/** Absent members match all. */
const filterMembers = {
  stream: Schema.optionalKey(Name),
  reason: Schema.optionalKey(DeadLetterReason),
  event_type: Schema.optionalKey(Name),
  job_id: Schema.optionalKey(JobId)
}

const DeadLetterFilter = Schema.Struct(filterMembers)
export type DeadLetterFilter = typeof DeadLetterFilter.Type

/** Only open letters are ever meant. */
export const DecideMany = Schema.Struct({
  filter: DeadLetterFilter,
  /** Counts, and changes nothing. */
  dry_run: Schema.optionalKey(Schema.Boolean)
})
export type DecideMany = typeof DecideMany.Type

/** 0 where it was replayed before. */
export const Replayed = Schema.Struct({ replayed: Schema.Literals([0, 1]) })

export const ReplayedMany = Schema.Struct({
  /** Open letters that the filter matched. */
  matched: Schema.Int,
  replayed: Schema.Int,
  /** Of those that cannot be replayed, which stay open; asked for one by one they say why. */
  refused: Schema.Int
})
export type ReplayedMany = typeof ReplayedMany.Type

export const DiscardedMany = Schema.Struct({ matched: Schema.Int, discarded: Schema.Int })
export type DiscardedMany = typeof DiscardedMany.Type

export class DeadLettersApi extends HttpApiGroup.make("deadLetters")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/dead-letters", {
      query: {
        ...cursorQuery,
        ...filterMembers,
        state: Schema.optionalKey(State)
      },
      success: DeadLetterList
    }),
    HttpApiEndpoint.get("get", "/api/v1/dead-letters/:dead_letter_id", {
      params: { dead_letter_id: DeadLetterId },
      success: DeadLetterWhole
    }),
    HttpApiEndpoint.post("replayMany", "/api/v1/dead-letters/replay", {
      payload: DecideMany,
      success: ReplayedMany.pipe(HttpApiSchema.status(202))
    }),
    HttpApiEndpoint.post("discardMany", "/api/v1/dead-letters/discard", {
      payload: DecideMany,
      success: DiscardedMany
    }),
    HttpApiEndpoint.post("replay", "/api/v1/dead-letters/:dead_letter_id/replay", {
      params: { dead_letter_id: DeadLetterId },
      success: Replayed.pipe(HttpApiSchema.status(202))
    }),
    HttpApiEndpoint.delete("discard", "/api/v1/dead-letters/:dead_letter_id", {
      params: { dead_letter_id: DeadLetterId },
      success: HttpApiSchema.NoContent
    })
  )
  .middleware(Authenticated) {}
