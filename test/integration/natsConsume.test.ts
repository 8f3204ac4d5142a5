/** Consuming from a real JetStream: restarts, lost durables and streams, hooks, a start without a server, the drain. */

import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Latch, Option, Queue, Scope } from "effect"

import { Consumer } from "#src/nats/Consumer.ts"
import { type Delivered } from "#src/nats/Delivered.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { request } from "#src/nats/request.ts"
import { Streams } from "#src/nats/Streams.ts"
import {
  clients,
  consuming,
  definition,
  message,
  messages,
  onServer,
  publish,
  takeDistinct
} from "#test/support/nats.ts"
import { stoppedNatsServer } from "#test/support/natsServer.ts"

const apply = Streams.use((streams) => streams.apply([definition.stream], [definition]))

describe("Consumer.consume", () => {
  it.live("sees each of 2,000 messages though the server restarts in the middle", () =>
    onServer(
      Effect.fnUntraced(function* (server) {
        yield* apply
        const seen = yield* Queue.unbounded<unknown>()
        const restarted = yield* Deferred.make<void>()
        yield* publish(messages(2000))
        yield* consuming(seen, (batch) => (batch > 10 ? Deferred.await(restarted) : Effect.void))
        const distinct = new Set<unknown>()
        yield* takeDistinct(seen, distinct, 500)
        yield* server.restart
        yield* Deferred.succeed(restarted, undefined)
        // What was handled while the connection was down is acked once it is up; what the server had sent and never
        // reached us comes again after the ack wait of 30 s.
        yield* Effect.timeout(takeDistinct(seen, distinct, 2000), "50 seconds")
      })
    )
  )

  it.live("makes its durable again when someone deletes it", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        const seen = yield* Queue.unbounded<unknown>()
        yield* consuming(seen)
        yield* publish([message(1)])
        assert.strictEqual(yield* Queue.take(seen), 1)
        // Its ack is through: else it would come again.
        yield* request("info", (manager) => manager.streams.info(definition.stream.name)).pipe(
          Effect.repeat({ until: ({ state }) => state.messages === 0 })
        )

        yield* request("delete", (manager) =>
          manager.consumers.delete(definition.stream.name, definition.durable)
        )
        yield* publish([message(2)])
        assert.strictEqual(yield* Queue.take(seen), 2)
      })
    )
  )

  it.live("makes its stream again when someone deletes it, and has the loss looked into first", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        const checks = yield* Queue.unbounded<string>()
        yield* NatsConnection.use(({ onConnect }) => onConnect((serverId) => Queue.offer(checks, serverId)))
        const first = yield* Queue.take(checks)
        const seen = yield* Queue.unbounded<unknown>()
        yield* consuming(seen)
        yield* publish([message(1)])
        assert.strictEqual(yield* Queue.take(seen), 1)
        // Its ack is through: else it would come again.
        yield* request("info", (manager) => manager.streams.info(definition.stream.name)).pipe(
          Effect.repeat({ until: ({ state }) => state.messages === 0 })
        )

        yield* request("delete", (manager) => manager.streams.delete(definition.stream.name))
        assert.strictEqual(yield* Queue.take(checks), first)
        yield* publish([message(2)])
        assert.strictEqual(yield* Queue.take(seen), 2)
      })
    )
  )

  it.live("gives no answer to the messages of a stream that was lost", () =>
    onServer(
      Effect.fnUntraced(function* (server) {
        yield* apply
        const batches = yield* Queue.unbounded<ReadonlyArray<Delivered>>()
        yield* Consumer.use(({ consume }) =>
          consume(definition, (batch) => Effect.as(Queue.offer(batches, batch), Option.none()))
        )
        yield* publish([message(1)])
        const [old] = yield* Queue.take(batches)

        yield* server.stop
        yield* server.erase
        yield* server.start
        yield* NatsConnection.use(({ awaitUp }) => awaitUp)
        yield* Effect.retry(apply, { times: 20 })
        yield* publish([message(2)])
        const [fresh] = yield* Queue.take(batches)
        assert.strictEqual(fresh?.sequence, old?.sequence)

        old?.ack()
        const { getMessage } = yield* Streams
        const left = yield* getMessage(definition.stream.name, 1)
        assert.strictEqual(new TextDecoder().decode(Option.getOrThrow(left).data), "2")
      })
    )
  )

  it.live("waits for the server, and for the hooks of its connection, before it takes anything", () =>
    Effect.gen(function* () {
      const server = yield* stoppedNatsServer
      yield* Effect.gen(function* () {
        const nats = yield* NatsConnection
        const order: Array<string> = []
        const failing = yield* Queue.unbounded<void>()
        let attempts = 0
        yield* nats.onConnect(() =>
          Effect.gen(function* () {
            order.push(`hook ${++attempts}`)
            yield* Queue.offer(failing, undefined)
            return yield* attempts < 2 ? Effect.fail("not yet") : Effect.void
          })
        )
        const seen = yield* Queue.unbounded<unknown>()
        yield* consuming(seen, () => Effect.sync(() => order.push("batch")))
        assert.isFalse(nats.isUp())

        yield* server.start
        yield* Queue.take(failing)
        yield* Effect.retry(apply, { times: 20 })
        yield* publish([message(1)])
        assert.strictEqual(yield* Queue.take(seen), 1)
        assert.deepStrictEqual(order.slice(0, 3), ["hook 1", "hook 2", "batch"])
      }).pipe(Effect.scoped, Effect.provide(clients(server.url)))
    })
  )

  it.live("takes nothing after a restart before the hooks of the new server have succeeded", () =>
    onServer(
      Effect.fnUntraced(function* (server) {
        yield* apply
        const servers = yield* Queue.unbounded<string>()
        const allowed = yield* Latch.make(true)
        yield* NatsConnection.use(({ onConnect }) =>
          onConnect((serverId) => Effect.andThen(Queue.offer(servers, serverId), allowed.await))
        )
        const first = yield* Queue.take(servers)
        const seen = yield* Queue.unbounded<unknown>()
        yield* consuming(seen)
        yield* publish([message(1)])
        assert.strictEqual(yield* Queue.take(seen), 1)

        yield* allowed.close
        yield* server.restart
        assert.notStrictEqual(yield* Queue.take(servers), first)
        yield* NatsConnection.use(({ awaitUp }) => awaitUp)
        yield* Effect.retry(publish([message(2)]), { times: 20 })
        const early = yield* Effect.timeoutOption(Queue.take(seen), "700 millis")
        assert.deepStrictEqual(early, Option.none())
        yield* allowed.open
        assert.strictEqual(yield* Queue.take(seen), 2)
      })
    )
  )

  it.live("finishes what it has begun and gives the rest back at once when its scope closes", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        yield* publish(messages(300))
        const scope = yield* Scope.make()
        const release = yield* Deferred.make<void>()
        const begun = yield* Queue.unbounded<number>()
        const first = yield* Queue.unbounded<unknown>()
        yield* Scope.provide(
          consuming(first, (batch) => Effect.andThen(Queue.offer(begun, batch), Deferred.await(release))),
          scope
        )
        yield* Queue.take(begun)
        yield* Queue.take(begun)
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        yield* Deferred.succeed(release, undefined)
        yield* Fiber.join(closing)

        const handled = new Set(yield* Queue.takeAll(first))
        const second = yield* Queue.unbounded<unknown>()
        yield* consuming(second)
        const rest = new Set<unknown>()
        // Far sooner than the ack wait of 30 s.
        yield* Effect.timeout(takeDistinct(second, rest, 300 - handled.size), "5 seconds")
        assert.strictEqual(new Set([...handled, ...rest]).size, 300)
      })
    )
  )

  it.live("fails to publish at once while the server is away", () =>
    onServer(
      Effect.fnUntraced(function* (server) {
        yield* apply
        yield* server.stop
        yield* NatsConnection.use(({ awaitDown }) => awaitDown)
        const { publish, publishAtomic } = yield* Publisher
        assert.strictEqual((yield* Effect.flip(publish(message(1))))._tag, "NatsAway")
        assert.strictEqual((yield* Effect.flip(publishAtomic([message(1)])))._tag, "NatsAway")
      })
    )
  )
})
