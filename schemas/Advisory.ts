/** What JetStream says when it gives up on a message of a consumer. */

import { Schema } from "effect"

/** `max_deliver` and `terminated` in the server's words; other members are of no use here. */
export const Advisory = Schema.Struct({
  stream: Schema.NonEmptyString,
  /** The durable. */
  consumer: Schema.NonEmptyString,
  /** 1 for the first of a stream: the server answers nothing useful to a question about 0. */
  stream_seq: Schema.Natural.check(Schema.isGreaterThan(0)),
  /** 1 for the first delivery. */
  deliveries: Schema.Natural,
  /** Where a consumer terminated it. */
  reason: Schema.optionalKey(Schema.String)
})
export type Advisory = typeof Advisory.Type

export const decodeAdvisory = Schema.decodeUnknownResult(Advisory)
