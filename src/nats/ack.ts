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

const brace = "{".charCodeAt(0)
const e = "e".charCodeAt(0)
const r = "r".charCodeAt(0)

/** An object that cannot have a member `error`: what all but a few acknowledgements are, without parsing them. */
const isPlain = (data: Uint8Array): boolean => {
  if (data[0] !== brace) return false
  for (let i = 1; i < data.length; i++)
    if (data[i] === r && data[i - 1] === r && data[i - 2] === e) return false
  return true
}

const stored = Option.none<string>()

/** Why the server did not store the message; none when it did. */
export const refusal = (ack: Ack): Option.Option<string> => {
  if (ack.data.length === 0) return Option.some(noStream)
  if (isPlain(ack.data)) return stored
  return Option.match(readAck(ack), {
    onNone: () => Option.some(unreadable),
    onSome: ({ error }) => Option.fromUndefinedOr(error?.description)
  })
}
