/** A stream read from its first message to the one that was its last when the reading began, in batches. */

import { AckPolicy, DeliverPolicy } from "@nats-io/jetstream"
import { createInbox, type Msg } from "@nats-io/transport-node"
import { Duration, Effect, Option, Queue } from "effect"

import { type Delivered, toDelivered } from "./Delivered.ts"
import { JetStreamFailed, NatsAway } from "./errors.ts"
import { NatsConnection } from "./NatsConnection.ts"
import { notFound, orNone, request } from "./request.ts"

const most = 500

/** The server forgets a reader that has asked for nothing for so long. */
const idle = Duration.minutes(5)

const inNanos = (duration: Duration.Duration): number => Duration.toMillis(duration) * 1_000_000

/** What the server says about a request instead of a message. */
const isStatus = (message: Msg): boolean => (message.headers?.code ?? 0) >= 400

interface Reader {
  readonly stream: string
  readonly name: string
  readonly replies: string
  readonly arrived: Queue.Queue<Msg>
}

/** The next `count`; fails where the server has not sent them within ten seconds, or sends something else. */
const next = Effect.fnUntraced(function* ({ arrived, name, replies, stream }: Reader, count: number) {
  const { awaitDown, whileUp } = yield* NatsConnection
  const operation = `read ${stream}`
  const connection = yield* Effect.mapError(Effect.fromOption(whileUp()), () => new NatsAway({ operation }))
  connection.publish(
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
    `{"batch":${count},"expires":${inNanos(Duration.seconds(9))}}`,
    { reply: replies }
  )
  const messages = yield* Queue.takeN(arrived, count).pipe(
    Effect.timeoutOrElse({
      duration: "10 seconds",
      orElse: () =>
        Effect.fail(new JetStreamFailed({ operation, cause: `fewer than ${count} messages came` }))
    }),
    Effect.raceFirst(Effect.andThen(awaitDown, Effect.fail(new NatsAway({ operation }))))
  )
  const refused = messages.find(isStatus)
  if (refused !== undefined)
    return yield* new JetStreamFailed({ operation, cause: refused.headers?.description ?? "refused" })
  return messages.map((message) => toDelivered(message, { created: name, gone: true }))
})

/** A consumer of its own, that keeps nothing: it goes when the scope ends. */
const open = Effect.fnUntraced(function* (stream: string, filter: string) {
  const { inboxPrefix, connection: connected } = yield* NatsConnection
  const connection = yield* connected
  const replies = createInbox(inboxPrefix)
  const arrived = yield* Queue.unbounded<Msg>()
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      connection.subscribe(replies, { callback: (_, message) => void Queue.offerUnsafe(arrived, message) })
    ),
    (subscription) => Effect.sync(() => subscription.unsubscribe())
  )
  const made = yield* Effect.acquireRelease(
    request("make a reader", (manager) =>
      manager.consumers.add(stream, {
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.All,
        filter_subject: filter,
        inactive_threshold: inNanos(idle),
        mem_storage: true
      })
    ).pipe(orNone(notFound.stream)),
    Option.match({
      onNone: () => Effect.void,
      onSome: ({ name }) =>
        Effect.ignore(request("remove a reader", (manager) => manager.consumers.delete(stream, name)))
    })
  )
  const { name, num_pending } = Option.getOrElse(made, () => ({ name: "", num_pending: 0 }))
  return { reader: { stream, name, replies, arrived } satisfies Reader, pending: num_pending }
})

/**
 * Hands every message of `filter` to `handle`, oldest first; answers how many there were. Nothing is acked or removed.
 * What was stored after the beginning is left out; of a stream that is not there it reads nothing.
 */
export const readStream = <E, R>(
  { filter, stream }: { readonly stream: string; readonly filter: string },
  handle: (messages: ReadonlyArray<Delivered>) => Effect.Effect<void, E, R>
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { pending, reader } = yield* open(stream, filter)
      for (let read = 0; read < pending; read += most)
        yield* Effect.flatMap(next(reader, Math.min(most, pending - read)), handle)
      return pending
    })
  )
