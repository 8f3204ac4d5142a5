/** The clients of one process for a real server, and the shortest consumer there is. */

import { ConfigProvider, Deferred, Effect, Layer, Option, Queue, type Scope } from "effect"

import { consumer } from "#consumers/run.ts"
import { Verdict } from "#src/domain/Verdict.ts"
import { Consumer } from "#src/nats/Consumer.ts"
import { type Delivered } from "#src/nats/Delivered.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { type Outgoing } from "#src/nats/Outgoing.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { Streams } from "#src/nats/Streams.ts"
import { DeadLetters } from "#src/services/DeadLetters.ts"
import { readJson } from "#src/services/readMessage.ts"
import { type ConsumerDefinition, redelivery } from "#streams/ConsumerDefinition.ts"
import { jobs } from "#streams/jobs.ts"
import { jobSubject, laneFilter } from "#streams/subjects.ts"

import { natsServer, type NatsServer } from "./natsServer.ts"

export type Clients = Consumer | NatsConnection | Publisher | Streams

export const clients = (url: string, replicas = "1") =>
  Layer.mergeAll(Consumer.layer, Publisher.layer).pipe(
    Layer.provideMerge(Streams.layer),
    Layer.provideMerge(NatsConnection.layer),
    Layer.provide(
      ConfigProvider.layer(ConfigProvider.fromUnknown({ NATS_URL: url, STREAM_REPLICAS: replicas }))
    )
  )

/** Runs `test` with the clients of a server of its own; what it starts ends before they do. */
export const onServer = <E>(test: (server: NatsServer) => Effect.Effect<void, E, Clients | Scope.Scope>) =>
  Effect.gen(function* () {
    const server = yield* natsServer
    yield* Effect.gen(function* () {
      yield* NatsConnection.use(({ awaitUp }) => awaitUp)
      yield* test(server)
    }).pipe(Effect.scoped, Effect.provide(clients(server.url)))
  })

/** A durable on the transactional lane of JOBS_EMAIL. */
export const definition: ConsumerDefinition = {
  durable: "deliver-email",
  stream: jobs("email"),
  filterSubjects: [laneFilter("email", "tx")],
  ...redelivery,
  maxAckPending: 400,
  maxBatch: 100
}

export const subject = jobSubject({ channel: "email", lane: "tx", key: "default" })

export const message = (n: number): Outgoing => ({ subject, data: new TextEncoder().encode(String(n)) })

export const messages = (count: number): ReadonlyArray<Outgoing> =>
  Array.from({ length: count }, (_, n) => message(n))

export const publish = (outgoing: ReadonlyArray<Outgoing>) =>
  Publisher.use((publisher) => publisher.publishAll(outgoing))

const noDeadLetters = Layer.succeed(DeadLetters, { record: () => Effect.die("all can be decoded") })

/** Consumes in the scope; every message's number is offered to `seen` before it is acked. */
export const consuming = (
  seen: Queue.Queue<unknown>,
  before: (batch: number) => Effect.Effect<void> = () => Effect.void
) => {
  let batches = 0
  const handle = Effect.fnUntraced(function* (numbers: ReadonlyArray<unknown>) {
    yield* before(++batches)
    yield* Queue.offerAll(seen, numbers)
    return numbers.map(() => Verdict.Done())
  })
  return Layer.build(
    consumer({ definition, decode: ({ data }) => readJson(data), handle }).pipe(Layer.provide(noDeadLetters))
  )
}

/** The first message that comes to the durable; not acked. */
export const consumeOnce = Effect.gen(function* () {
  const first = yield* Deferred.make<Delivered>()
  const { consume } = yield* Consumer
  yield* consume(definition, ([message]) =>
    Effect.as(message === undefined ? Effect.void : Deferred.succeed(first, message), Option.none())
  )
  return yield* Deferred.await(first)
})

/** Takes until there are `count` different ones, beginning with those in `distinct`. */
export const takeDistinct = Effect.fnUntraced(function* (
  seen: Queue.Queue<unknown>,
  distinct: Set<unknown>,
  count: number
) {
  while (distinct.size < count) distinct.add(yield* Queue.take(seen))
})
