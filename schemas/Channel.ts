/** The ways a message can reach someone. */

import { Schema, SchemaGetter } from "effect"

export const Channel = Schema.Literals(["email", "sms", "whatsapp", "in_app", "webhook", "push", "ws"])
export type Channel = typeof Channel.Type

/** As callers write it: in any case, `websocket` for `ws`. */
export const normalizeChannel = (text: string): string => {
  const lower = text.toLowerCase()
  return lower === "websocket" ? "ws" : lower
}

/** What callers write, read leniently; refused with the list of channels. */
export const ChannelInput = Schema.String.pipe(
  Schema.decodeTo(Schema.String, {
    decode: SchemaGetter.transform(normalizeChannel),
    encode: SchemaGetter.passthrough()
  }),
  Schema.decodeTo(Channel, {
    decode: SchemaGetter.passthrough({ strict: false }),
    encode: SchemaGetter.passthrough({ strict: false })
  })
)
