/** What JetStream says when it gives up on a message of a consumer. */

import { Schema } from "effect"

/** `max_deliver` and `terminated` in the server's words; other members are of no use here. */
export const Advisory = Schema.Struct({
  stream: Schema.NonEmptyString,
  /** The durable. */
  consumer: Schema.NonEmptyString,
  stream_seq: Schema.Natural,
  /** 1 for the first delivery. */
  deliveries: Schema.Natural,
  /** Where a consumer terminated it. */
  reason: Schema.optionalKey(Schema.String)
})
export type Advisory = typeof Advisory.Type

export const decodeAdvisory = Schema.decodeUnknownResult(Advisory)
