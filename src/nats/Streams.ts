/** The server's streams and durables: made as defined, looked at, and single messages of them. */

import { Context, Effect, Function, Layer, Option } from "effect"

import { NatsConfig } from "#src/config/NatsConfig.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"
import { type StreamDefinition } from "#streams/StreamDefinition.ts"

import { type Delivered } from "./Delivered.ts"
import { type Incompatible, type JetStreamFailed, NatsAway } from "./errors.ts"
import { type Headers, toRecord } from "./headers.ts"
import { NatsConnection } from "./NatsConnection.ts"
import { findOldestUnanswered } from "./oldestUnanswered.ts"
import { findOrphans } from "./orphans.ts"
import { readStream } from "./readStream.ts"
import { findConsumer, findStream, reconcileConsumer, reconcileStream, wantedStream } from "./reconcile.ts"
import { notFound, orNone, request } from "./request.ts"
import { consumerDifferences, type Difference, streamDifferences } from "./topology.ts"

export type StreamsError = JetStreamFailed | NatsAway

/** What tells one life of a stream from another. */
export interface StreamMark {
  /** RFC 3339, as the server writes it: new when the stream is made anew. */
  readonly created: string
  /** Of the last message ever stored; 0 for none. */
  readonly lastSequence: number
}

export interface StoredMessage {
  readonly subject: string
  readonly data: Uint8Array
  /** One value a name. */
  readonly headers: Headers
  /** When the stream stored it, in milliseconds since 1970. */
  readonly timestamp: number
  readonly sequence: number
}

export interface ServerIdentity {
  /** As it says itself, e.g. `2.12.1`. */
  readonly version: string
  readonly hasJetStream: boolean
}

export interface ConsumerStatus {
  readonly durable: string
  readonly exists: boolean
  /** Messages that it has not been delivered yet. */
  readonly pending: number
  /** Delivered and not answered. */
  readonly ackPending: number
  /** Of those, delivered more than once. */
  readonly redelivered: number
  /** Requests for messages that wait at the server: 0 where nobody works on it, or all who do are busy. */
  readonly waitingPulls: number
  readonly isPaused: boolean
  readonly differences: ReadonlyArray<Difference>
}

export interface StreamStatus {
  readonly name: string
  readonly exists: boolean
  readonly messages: number
  readonly bytes: number
  readonly firstSequence: number
  readonly lastSequence: number
  /** Empty: it is as defined. */
  readonly differences: ReadonlyArray<Difference>
  readonly consumers: ReadonlyArray<ConsumerStatus>
}

const absent = {
  exists: false,
  pending: 0,
  ackPending: 0,
  redelivered: 0,
  waitingPulls: 0,
  isPaused: false,
  differences: []
}

const consumerStatus = Effect.fnUntraced(function* (definition: ConsumerDefinition) {
  const { durable } = definition
  return Option.match(yield* findConsumer(definition), {
    onNone: (): ConsumerStatus => ({ durable, ...absent }),
    onSome: (found): ConsumerStatus => ({
      durable,
      exists: true,
      pending: found.num_pending,
      ackPending: found.num_ack_pending,
      redelivered: found.num_redelivered,
      waitingPulls: found.num_waiting,
      isPaused: found.paused ?? false,
      differences: consumerDifferences(definition, found.config)
    })
  })
})

const streamStatus = Effect.fnUntraced(function* (
  definition: StreamDefinition,
  consumers: ReadonlyArray<ConsumerDefinition>,
  replicas: number
) {
  const found = Option.getOrUndefined(yield* findStream(definition.name))
  const wanted = yield* wantedStream(definition, replicas)
  return {
    name: definition.name,
    exists: found !== undefined,
    messages: found?.state.messages ?? 0,
    bytes: found?.state.bytes ?? 0,
    firstSequence: found?.state.first_seq ?? 0,
    lastSequence: found?.state.last_seq ?? 0,
    differences: found === undefined ? [] : streamDifferences(wanted, found.config),
    consumers: yield* Effect.forEach(
      consumers.filter(({ stream }) => stream.name === definition.name),
      consumerStatus
    )
  } satisfies StreamStatus
})

const getMessage = Effect.fnUntraced(function* (
  stream: string,
  which: { readonly seq: number } | { readonly last_by_subj: string }
) {
  const found = yield* request("get a message", (manager) => manager.streams.getMessage(stream, which)).pipe(
    orNone(notFound.stream)
  )
  return Option.map(Option.flatMapNullishOr(found, Function.identity), (message): StoredMessage => ({
    subject: message.subject,
    data: message.data,
    headers: toRecord(message.header),
    timestamp: message.time.getTime(),
    sequence: message.seq
  }))
})

/** The server's codes for a sequence beyond the stream, and for whatever else hindered a deletion. */
const deletion = { sequenceNotFound: 10043, failed: 10057 } as const

const deleteMessage = Effect.fnUntraced(function* (stream: string, sequence: number) {
  yield* request("delete a message", (manager) =>
    manager.streams.deleteMessage(stream, sequence, false)
  ).pipe(
    orNone(notFound.stream, deletion.sequenceNotFound),
    Effect.catchIf(
      (error) => error._tag === "JetStreamFailed" && error.code === deletion.failed,
      // A message that is gone has no code of its own.
      (error) =>
        Effect.flatMap(getMessage(stream, { seq: sequence }), (left) =>
          Option.isSome(left) ? Effect.fail(error) : Effect.void
        )
    )
  )
})

/** What the server said when it connected. */
const serverInfo = Effect.flatMap(NatsConnection, ({ whileUp }) =>
  Effect.mapError(
    Effect.fromOption(Option.flatMapNullishOr(whileUp(), ({ info }) => info)),
    () => new NatsAway({ operation: "identify the server" })
  )
)

const server = Effect.map(serverInfo, ({ jetstream, version }): ServerIdentity => ({
  version,
  hasJetStream: jetstream === true
}))

const storage = Effect.map(
  request("read the account's limits", (manager) => manager.getAccountInfo()),
  ({ limits, storage }) => ({ used_bytes: storage, limit_bytes: limits.max_storage })
)

export class Streams extends Context.Service<
  Streams,
  {
    /**
     * Makes or updates all of them. What cannot be updated is refused, with what to do about it; those
     * before it in the list are done then.
     */
    readonly apply: (
      streams: ReadonlyArray<StreamDefinition>,
      consumers: ReadonlyArray<ConsumerDefinition>
    ) => Effect.Effect<void, Incompatible | StreamsError>
    readonly status: (
      streams: ReadonlyArray<StreamDefinition>,
      consumers: ReadonlyArray<ConsumerDefinition>
    ) => Effect.Effect<ReadonlyArray<StreamStatus>, Incompatible | StreamsError>
    /** None where there is no such stream. */
    readonly mark: (stream: string) => Effect.Effect<Option.Option<StreamMark>, StreamsError>
    /** When the oldest message that the durable has not answered was stored, in milliseconds since 1970. */
    readonly oldestUnanswered: (
      consumer: ConsumerDefinition
    ) => Effect.Effect<Option.Option<number>, StreamsError>
    /** What the server says of itself; fails where it is away. */
    readonly server: Effect.Effect<ServerIdentity, NatsAway>
    /** Of the account; a limit of -1 is none. Fails where JetStream is off. */
    readonly storage: Effect.Effect<
      { readonly used_bytes: number; readonly limit_bytes: number },
      StreamsError
    >
    /** New at every start of a server. */
    readonly serverId: Effect.Effect<string, NatsAway>
    /** None where it is gone. */
    readonly getMessage: (
      stream: string,
      sequence: number
    ) => Effect.Effect<Option.Option<StoredMessage>, StreamsError>
    /** The last one on the subject; none where there is none. */
    readonly lastMessage: (
      stream: string,
      subject: string
    ) => Effect.Effect<Option.Option<StoredMessage>, StreamsError>
    /**
     * Sequences of what the durable of a work queue gave up, oldest first: their advisory comes only with
     * the next pull, and may be lost. None while anything is unanswered, for then they cannot be told apart.
     */
    readonly orphans: (consumer: ConsumerDefinition) => Effect.Effect<ReadonlyArray<number>, StreamsError>
    /**
     * Hands every message of `filter` that is there now to `handle`, oldest first; answers how many. Nothing is acked or
     * removed.
     */
    readonly read: <E, R>(
      what: { readonly stream: string; readonly filter: string },
      handle: (messages: ReadonlyArray<Delivered>) => Effect.Effect<void, E, R>
    ) => Effect.Effect<number, E | StreamsError, R>
    /** Done as well where it is gone. */
    readonly deleteMessage: (stream: string, sequence: number) => Effect.Effect<void, StreamsError>
  }
>()("carillon/nats/Streams") {
  static readonly layer = Layer.effect(
    Streams,
    Effect.gen(function* () {
      const { replicas } = yield* NatsConfig
      const nats = yield* NatsConnection
      const withNats = Effect.provideService(NatsConnection, nats)

      const apply = Effect.fn("Streams.apply")(function* (
        streams: ReadonlyArray<StreamDefinition>,
        consumers: ReadonlyArray<ConsumerDefinition>
      ) {
        yield* Effect.forEach(streams, (stream) => reconcileStream(stream, replicas), { discard: true })
        yield* Effect.forEach(consumers, reconcileConsumer, { discard: true })
      }, withNats)

      const status = Effect.fn("Streams.status")(function* (
        streams: ReadonlyArray<StreamDefinition>,
        consumers: ReadonlyArray<ConsumerDefinition>
      ) {
        return yield* Effect.forEach(streams, (stream) => streamStatus(stream, consumers, replicas))
      }, withNats)

      const mark = Effect.fnUntraced(function* (name: string) {
        return Option.map(yield* findStream(name), ({ created, state }): StreamMark => ({
          created,
          lastSequence: state.last_seq
        }))
      }, withNats)

      return Streams.of({
        server: withNats(server),
        storage: withNats(storage),
        apply,
        status,
        oldestUnanswered: (consumer) => withNats(findOldestUnanswered(consumer)),
        mark,
        serverId: withNats(Effect.map(serverInfo, ({ server_id }) => server_id)),
        getMessage: (stream, sequence) => withNats(getMessage(stream, { seq: sequence })),
        lastMessage: (stream, subject) => withNats(getMessage(stream, { last_by_subj: subject })),
        read: (what, handle) => Effect.provideService(readStream(what, handle), NatsConnection, nats),
        orphans: (consumer) => withNats(findOrphans(consumer)),
        deleteMessage: (stream, sequence) => withNats(deleteMessage(stream, sequence))
      })
    })
  )
}
