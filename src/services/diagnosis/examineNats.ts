/** Looks at NATS for `carillon doctor`: each question has its time, and no answer is a finding. */

import { Clock, Duration, Effect, Option } from "effect"

import { diagnoseClock } from "#src/domain/diagnosis/clock.ts"
import { type Finding, ok } from "#src/domain/diagnosis/Finding.ts"
import {
  diagnoseNatsServer,
  diagnoseStorage,
  jetStreamFrozen,
  natsAway
} from "#src/domain/diagnosis/natsServer.ts"
import { diagnoseStreams } from "#src/domain/diagnosis/streams.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { Streams } from "#src/nats/Streams.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"
import { doctorSubject, ledgerClock } from "#streams/ledgerClock.ts"
import { type StreamDefinition } from "#streams/StreamDefinition.ts"

const patience = Duration.seconds(5)

const whyOf = (error: unknown): string =>
  error instanceof Error && error.message !== "" ? error.message : String(error)

/** None within the time: a server that is there and says nothing. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.timeoutOrElse(Effect.mapError(effect, whyOf), {
    duration: patience,
    orElse: () => Effect.fail(`no answer within ${Duration.format(patience)}`)
  })

/** Stores one small message, in place of the last one, and looks at the time that the server gave it. */
const storeProbe = Effect.gen(function* () {
  const before_ms = yield* Clock.currentTimeMillis
  yield* Publisher.use((publisher) =>
    publisher.publish({ subject: doctorSubject, data: new TextEncoder().encode("{}") })
  )
  const after_ms = yield* Clock.currentTimeMillis
  const stored = yield* Streams.use((streams) => streams.lastMessage(ledgerClock.name, doctorSubject))
  return Option.map(stored, ({ timestamp }) => timestamp - (before_ms + after_ms) / 2)
})

const probe = Effect.match(inTime(storeProbe), {
  onFailure: (why): ReadonlyArray<Finding> => [jetStreamFrozen(why)],
  onSuccess: (skew_ms): ReadonlyArray<Finding> => [
    ok("storing", "a message was stored and acknowledged"),
    ...Option.toArray(Option.map(skew_ms, (skew_ms) => diagnoseClock("NATS", skew_ms)))
  ]
})

const examineJetStream = Effect.fnUntraced(function* (
  streams: ReadonlyArray<StreamDefinition>,
  consumers: ReadonlyArray<ConsumerDefinition>
) {
  const service = yield* Streams
  const found = yield* Effect.match(inTime(service.status(streams, consumers)), {
    onFailure: (why): ReadonlyArray<Finding> => [jetStreamFrozen(why)],
    onSuccess: diagnoseStreams
  })
  const storage = yield* Effect.option(inTime(service.storage))
  const canProbe = found.some(
    ({ level, subject }) => subject === `stream ${ledgerClock.name}` && level !== "problem"
  )
  return [
    ...found,
    ...Option.toArray(Option.map(storage, diagnoseStorage)),
    ...(canProbe ? yield* probe : [])
  ]
})

/** @param address without credentials, for the person who reads */
export const examineNats = Effect.fn("Diagnosis.examineNats")(function* (
  address: string,
  streams: ReadonlyArray<StreamDefinition>,
  consumers: ReadonlyArray<ConsumerDefinition>
) {
  const connected = yield* Effect.timeoutOption(
    NatsConnection.use(({ awaitUp }) => awaitUp),
    patience
  )
  const server = Option.isSome(connected)
    ? yield* Effect.option(Streams.use(({ server }) => server))
    : Option.none()
  if (Option.isNone(server)) return [natsAway(address)]
  const own = diagnoseNatsServer(server.value)
  return server.value.hasJetStream ? [...own, ...(yield* examineJetStream(streams, consumers))] : own
})
