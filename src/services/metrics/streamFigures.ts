/** The streams and durables as metrics. */

import { Clock, Effect, Option } from "effect"

import { type ConsumerStatus, Streams, type StreamStatus } from "#src/nats/Streams.ts"
import { type Sample } from "#src/observability/gaugeSet.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"
import { type StreamDefinition } from "#streams/StreamDefinition.ts"

const streamSamples = ({ bytes, exists, messages, name }: StreamStatus): ReadonlyArray<Sample> => {
  const sample = (metric: string, description: string, value: number): Sample => ({
    name: `carillon_stream_${metric}`,
    description,
    labels: { stream: name },
    value
  })
  return [
    sample("exists", "Whether the stream is there: 1 or 0", exists ? 1 : 0),
    sample("messages", "Messages that the stream holds", messages),
    sample("bytes", "What they take", bytes)
  ]
}

const consumerSamples = (stream: string, consumer: ConsumerStatus): ReadonlyArray<Sample> => {
  const sample = (metric: string, description: string, value: number): Sample => ({
    name: `carillon_consumer_${metric}`,
    description,
    labels: { stream, durable: consumer.durable },
    value
  })
  return [
    sample("exists", "Whether the durable is there: 1 or 0", consumer.exists ? 1 : 0),
    sample("pending_messages", "Not delivered yet", consumer.pending),
    sample("ack_pending_messages", "Delivered and not answered", consumer.ackPending),
    sample("redelivered_messages", "Of those, delivered more than once", consumer.redelivered),
    sample("waiting_pulls", "Requests for messages that wait at the server", consumer.waitingPulls),
    sample("paused", "Whether an operator has paused it: 1 or 0", consumer.isPaused ? 1 : 0)
  ]
}

/** 0 where nothing waits. A server that may not be asked for messages shows none. */
const oldestSample = Effect.fnUntraced(function* (definition: ConsumerDefinition) {
  const streams = yield* Streams
  const now_ms = yield* Clock.currentTimeMillis
  const found = yield* Effect.option(streams.oldestUnanswered(definition))
  return Option.toArray(found).map((oldest_ms): Sample => ({
    name: "carillon_consumer_oldest_seconds",
    description: "How long the oldest message that the durable has not answered lies in its stream",
    labels: { stream: definition.stream.name, durable: definition.durable },
    value: Option.match(oldest_ms, {
      onNone: () => 0,
      onSome: (at_ms) => Math.max(0, now_ms - at_ms) / 1000
    })
  }))
})

export const readStreams = Effect.fn("Metrics.readStreams")(function* (
  streams: ReadonlyArray<StreamDefinition>,
  consumers: ReadonlyArray<ConsumerDefinition>
) {
  const status = yield* Streams.use((service) => service.status(streams, consumers))
  const oldest = yield* Effect.forEach(consumers, oldestSample)
  return [
    ...status.flatMap(streamSamples),
    ...status.flatMap(({ consumers, name }) => consumers.flatMap((one) => consumerSamples(name, one))),
    ...oldest.flat()
  ]
})
