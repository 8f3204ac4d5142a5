/** The least code that publishes to and consumes from JetStream: one reply inbox, a bounded window, plain callbacks. */

import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy } from "@nats-io/jetstream"
import { connect, createInbox, type NatsConnection } from "@nats-io/transport-node"

import { settings } from "../measure/side.ts"

export const leanStream = "BENCH"
export const leanSubject = "bench.jobs"
const durable = "bench"

export const connectLean = () => connect({ servers: settings.natsUrl, noAsyncTraces: true })

/** A work queue in a file, all else as the server has it by default. */
export const makeLeanStream = async (connection: NatsConnection): Promise<void> => {
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name: leanStream, subjects: ["bench.>"], retention: RetentionPolicy.Workqueue })
  await manager.consumers.add(leanStream, {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    max_ack_pending: 10_000
  })
}

/** Unacknowledged at once, as many as Carillon has. */
const windowSize = 1024

/** Sends all of them; `onStored` is told of each that the server has stored. */
export const publishLean = (
  connection: NatsConnection,
  bodies: ReadonlyArray<Uint8Array>,
  onStored: () => void
): void => {
  const inbox = createInbox()
  let sent = 0
  let stored = 0
  const fill = () => {
    while (sent < bodies.length && sent - stored < windowSize)
      connection.publish(leanSubject, bodies[sent++], { reply: `${inbox}.${sent}` })
  }
  connection.subscribe(`${inbox}.*`, {
    callback: (_, { data }) => {
      // `{"stream":…` says yes, `{"error":…` says no.
      if (data[2] !== 0x73) throw new Error("not stored")
      stored++
      onStored()
      fill()
    }
  })
  fill()
}

/** Parses and acknowledges each, as the client's documentation shows it. */
export const consumeLean = async (connection: NatsConnection, see: (job: unknown) => void): Promise<void> => {
  const consumer = await jetstream(connection).consumers.get(leanStream, durable)
  await consumer.consume({
    max_messages: 1000,
    callback: (message) => {
      see(message.json())
      message.ack()
    }
  })
}
