/** One subscription for all answers that this process waits for. */

import { createInbox, type Msg, type NatsConnection as Connection } from "@nats-io/transport-node"
import { Effect, Result, type Scope } from "effect"

import { type Ack } from "./ack.ts"
import { type Send } from "./Flight.ts"
import { fromRecord } from "./headers.ts"

/** Whoever published with tokens and takes the answers. */
export interface Addressee {
  readonly answer: (token: number, ack: Ack) => void
}

const sendVia =
  (connection: Connection, replies: string): Send =>
  ({ data, headers, subject }, token) =>
    Result.try({
      try: () =>
        connection.publish(subject, data, {
          reply: `${replies}.${token}`,
          ...(headers && { headers: fromRecord(headers) })
        }),
      catch: String
    })

export interface ReplyInbox {
  /** Until the scope closes, what is sent with `send` is answered to `addressee`. */
  readonly open: (connection: Connection, addressee: Addressee) => Effect.Effect<Send, never, Scope.Scope>
}

/** The answer to what `id` sent with `token` comes to `<inbox>.<id>.<token>`. */
export const makeReplyInbox = (prefix: string): ReplyInbox => {
  const inbox = createInbox(prefix)
  const addressees = new Map<string, Addressee>()
  let opened = 0
  let subscribed = false

  const route = (ack: Msg): void => {
    const { subject } = ack
    const dot = subject.lastIndexOf(".")
    addressees.get(subject.slice(inbox.length + 1, dot))?.answer(Number(subject.slice(dot + 1)), ack)
  }
  /** Once for the connection's life: the client subscribes again when it reconnects. */
  const subscribe = (connection: Connection): void => {
    if (!subscribed) connection.subscribe(`${inbox}.>`, { callback: (_, ack) => route(ack) })
    subscribed = true
  }

  const open = Effect.fnUntraced(function* (connection: Connection, addressee: Addressee) {
    subscribe(connection)
    const id = String(opened++)
    yield* Effect.acquireRelease(
      Effect.sync(() => addressees.set(id, addressee)),
      () => Effect.sync(() => addressees.delete(id))
    )
    return sendVia(connection, `${inbox}.${id}`)
  })
  return { open }
}
