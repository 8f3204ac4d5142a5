/** Why an event is not accepted: said over HTTP as a problem, on NATS as a dead letter. */

import { Schema } from "effect"

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"

/** One wrong member. */
export const FieldProblem = Schema.Struct({
  /** Dotted, from the root of the body, e.g. `payload.user_id` or `events.3.source`; empty for the body itself. */
  path: Schema.String,
  /** What would be right, e.g. `expected a string`. */
  message: Schema.String,
  /** The kind of value that came: `number`, `string`, `null`, `array`, `object`, `boolean`, `nothing`. */
  got: Schema.String
})
export type FieldProblem = typeof FieldProblem.Type

export interface Refusal {
  readonly reason: Extract<
    DeadLetterReason,
    | "invalid_json"
    | "invalid_event"
    | "invalid_payload"
    | "unknown_event_type"
    | "event_conflict"
    | "not_implemented"
    | "too_large"
  >
  /** One sentence for a person. */
  readonly detail: string
  readonly errors: ReadonlyArray<FieldProblem>
}
