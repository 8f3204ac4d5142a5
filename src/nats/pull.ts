/** Pulling from one durable on one connection, for as long as it answers. */

import { createInbox, type NatsConnection as Connection } from "@nats-io/transport-node"
import { Deferred, Effect, Schema } from "effect"

import { type Loop } from "#src/observability/Loops.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"

import { type Origin, toDelivered } from "./Delivered.ts"
import { type Inbox } from "./Inbox.ts"
import { NatsConnection } from "./NatsConnection.ts"
import { heartbeatMillis, Puller } from "./Puller.ts"

export class SubscriptionLost extends Schema.TaggedError<SubscriptionLost>()("SubscriptionLost", {
  durable: Schema.String,
  why: Schema.String
}) {}

export interface PullInto {
  readonly inbox: Inbox
  readonly origin: Origin
  /** Messages that the inbox may hold. */
  readonly capacity: number
  readonly loop: Loop
  /** Told how to ask for more, for when the inbox has room again. */
  readonly onStart: (refill: () => void) => void
}

/** Takes what the server had sent before it heard of the end, so that it can be given back. */
const drain = (subscription: ReturnType<Connection["subscribe"]>) =>
  Effect.interruptible(Effect.promise(() => subscription.drain())).pipe(Effect.timeoutOption("1 second"))

/** Only ever fails: when the durable is gone or silent, or the connection is. */
export const pull = Effect.fnUntraced(function* (
  { durable, stream }: ConsumerDefinition,
  { capacity, inbox, loop, onStart, origin }: PullInto
) {
  const { awaitDown, inboxPrefix, isUp, connection: connected } = yield* NatsConnection
  const connection = yield* connected
  const lost = yield* Deferred.make<string>()
  const replies = createInbox(inboxPrefix)
  const next = `$JS.API.CONSUMER.MSG.NEXT.${stream.name}.${durable}`

  const puller = new Puller({
    send: (request) => connection.publish(next, request, { reply: replies }),
    room: () => capacity - inbox.size(),
    capacity,
    onMessage: (message) => inbox.push(toDelivered(message, origin)),
    onLost: (why) => Deferred.doneUnsafe(lost, Effect.succeed(why))
  })
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      connection.subscribe(replies, {
        callback: (error, message) => {
          if (error !== null) Deferred.doneUnsafe(lost, Effect.succeed(String(error)))
          else if (message.subject === replies) puller.status(message)
          else puller.message(message)
        }
      })
    ),
    (subscription) =>
      Effect.suspend(() => {
        puller.stop()
        return isUp() ? drain(subscription) : Effect.sync(() => subscription.unsubscribe())
      })
  )
  onStart(() => puller.refill())
  puller.refill()

  const why = yield* Effect.raceAllFirst([
    Deferred.await(lost),
    Effect.as(awaitDown, "the connection"),
    loop
      .turn(Effect.sync(() => puller.checkHeard()))
      .pipe(Effect.delay(2.5 * heartbeatMillis), Effect.forever)
  ])
  return yield* new SubscriptionLost({ durable, why })
}, Effect.scoped)
