/** What can go wrong with NATS. */

import { Schema } from "effect"

/** There is no connection at this moment; it comes back by itself. */
export class NatsAway extends Schema.TaggedError<NatsAway>()("NatsAway", {
  operation: Schema.String
}) {}

/** JetStream refused a request, or did not answer within its time. */
export class JetStreamFailed extends Schema.TaggedError<JetStreamFailed>()("JetStreamFailed", {
  operation: Schema.String,
  /** The server's `err_code`, e.g. 10059 for an unknown stream; absent where it gave none. */
  code: Schema.optionalKey(Schema.Int),
  cause: Schema.Defect()
}) {}

/** Those that JetStream has not acknowledged: refused, or unanswered and perhaps stored. */
export class NotAcknowledged extends Schema.TaggedError<NotAcknowledged>()("NotAcknowledged", {
  messages: Schema.Array(
    Schema.Struct({
      /** Position in the flight. */
      index: Schema.Natural,
      subject: Schema.String,
      why: Schema.String
    })
  )
}) {}

/** A batch of which nothing was stored, unless it is unanswered: then all of it or nothing. */
export class BatchNotAcknowledged extends Schema.TaggedError<BatchNotAcknowledged>()("BatchNotAcknowledged", {
  /** Messages of the batches before it, which are stored. */
  stored: Schema.Natural,
  /** The server's words. */
  why: Schema.String
}) {}

/** What is fixed in a stream or durable differs from its definition. Nothing was changed. */
export class Incompatible extends Schema.TaggedError<Incompatible>()("Incompatible", {
  name: Schema.String,
  /** What differs and what to do, for the operator. */
  message: Schema.String
}) {}
