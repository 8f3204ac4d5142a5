/** Streams and durables for a terminal: a line each, and beneath it what is not as defined. */

import { type ConsumerStatus, type StreamStatus } from "#src/nats/Streams.ts"

type Shown = Pick<ConsumerStatus, "differences" | "exists">

const isAsDefined = ({ differences, exists }: Shown): boolean => exists && differences.length === 0

const stateOf = (shown: Shown): string => {
  if (!shown.exists) return "missing"
  return isAsDefined(shown) ? "as defined" : "differs"
}

const detailsOf = ({ differences }: Shown): ReadonlyArray<string> =>
  differences.map(({ found, setting, wanted }) => `      ${setting} is ${found}, wanted ${wanted}`)

const columns = (name: string, counts: string, state: string): string =>
  `${name.padEnd(26)}${counts.padEnd(40)}${state}`

const consumerLines = (consumer: ConsumerStatus): ReadonlyArray<string> => {
  const counts = `${consumer.pending} pending, ${consumer.ackPending} in hand, ${consumer.redelivered} repeated`
  return [columns(`  ${consumer.durable}`, counts, stateOf(consumer)), ...detailsOf(consumer)]
}

const streamLines = (stream: StreamStatus): ReadonlyArray<string> => {
  const counts = `${stream.messages} messages, ${stream.bytes} bytes`
  return [
    columns(stream.name, counts, stateOf(stream)),
    ...detailsOf(stream),
    ...stream.consumers.flatMap(consumerLines)
  ]
}

export const streamTable = (streams: ReadonlyArray<StreamStatus>): ReadonlyArray<string> =>
  streams.flatMap(streamLines)

/** The names of streams and durables that are missing, or not as defined. */
export const differing = (streams: ReadonlyArray<StreamStatus>): ReadonlyArray<string> =>
  streams.flatMap((stream) => [
    ...(isAsDefined(stream) ? [] : [stream.name]),
    ...stream.consumers.filter((consumer) => !isAsDefined(consumer)).map(({ durable }) => durable)
  ])
