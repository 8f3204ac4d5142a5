/** One try to hand one message to a provider, as the ledger records it. */

import { Schema } from "effect"

import { Instant } from "#schemas/Instant.ts"

/**
 * How far the try got: `connect` nobody was named yet; `rcpt` the recipient was being named; `body` the
 * content was on its way, the end of it not; `final_dot` the end was sent and no yes came back;
 * `accepted` the provider took it.
 */
export const Phase = Schema.Literals(["connect", "rcpt", "body", "final_dot", "accepted"])
export type Phase = typeof Phase.Type

/** `unknown`: the message may have been taken, and no one can say. */
export const AttemptResult = Schema.Literals(["sent", "transient", "permanent", "unknown"])
export type AttemptResult = typeof AttemptResult.Type

export const Attempt = Schema.Struct({
  /** 1 for the first. */
  attempt: Schema.Natural,
  started_at: Instant,
  finished_at: Instant,
  phase: Phase,
  result: AttemptResult,
  /** The kind of provider, e.g. `smtp`. */
  provider: Schema.NonEmptyString,
  /** The provider's own code, e.g. 250 or 550; null where there was no answer. */
  provider_code: Schema.NullOr(Schema.Int),
  /** RFC 3463, e.g. `5.1.1`; null where the answer had none. */
  enhanced_code: Schema.NullOr(Schema.String),
  /** The answer's text, or what went wrong on our side; at most 1000 characters, no address in it. */
  provider_message: Schema.NullOr(Schema.String),
  provider_message_id: Schema.NullOr(Schema.String),
  /** The provider's own wish; null where it has none. */
  retry_after_seconds: Schema.NullOr(Schema.Natural)
})
export type Attempt = typeof Attempt.Type
