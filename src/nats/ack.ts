/** What JetStream answers to a published message. */

import { type Msg } from "@nats-io/transport-node"
import { Option, Schema } from "effect"

/** The server's answer; empty where no one listens, and for the members of a batch before its last. */
export type Ack = Pick<Msg, "data" | "string">

const PubAck = Schema.Struct({
  error: Schema.optionalKey(Schema.Struct({ description: Schema.String })),
  /** Messages of an atomic batch. */
  count: Schema.optionalKey(Schema.Natural)
})

const decode = Schema.decodeUnknownOption(PubAck)
const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** None where it cannot be read. */
export const readAck = (ack: Ack): Option.Option<typeof PubAck.Type> =>
  Option.flatMap(parse(ack.string()), decode)

export const noStream = "no stream takes this subject"
export const unreadable = "unreadable acknowledgement"

/** Why the server did not store the message; none when it did. */
export const refusal = (ack: Ack): Option.Option<string> =>
  ack.data.length === 0
    ? Option.some(noStream)
    : Option.match(readAck(ack), {
        onNone: () => Option.some(unreadable),
        onSome: ({ error }) => Option.fromUndefinedOr(error?.description)
      })
