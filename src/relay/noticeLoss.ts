/**
 * At every connection to NATS, before anything is consumed: a ledger that is current, streams as defined, and what they
 * lost announced again.
 */

import { Effect, Layer, Option, Result } from "effect"

import { NatsConfig } from "#src/config/NatsConfig.ts"
import { mayHaveLost } from "#src/domain/streamMarks.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { Streams } from "#src/nats/Streams.ts"
import { outboxKinds } from "#src/repositories/outboxQueries.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { type NamedMark, StreamMarkRepository } from "#src/repositories/StreamMarkRepository.ts"
import { OpenWork } from "#src/services/OpenWork.ts"
import { SafeMode } from "#src/services/SafeMode.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"
import { type StreamDefinition } from "#streams/StreamDefinition.ts"

/** As the server says it now; a stream that is not there is left out. */
const readMarks = Effect.fnUntraced(function* (streams: ReadonlyArray<StreamDefinition>) {
  const service = yield* Streams
  const server_id = yield* service.serverId
  const marks = yield* Effect.forEach(streams, ({ name }) =>
    Effect.map(
      service.mark(name),
      Option.map(({ created, lastSequence }): NamedMark => ({
        stream: name,
        created,
        server_id,
        last_seq: lastSequence
      }))
    )
  )
  return marks.flatMap(Option.toArray)
})

/**
 * Compares with what the ledger knew, and writes what it knows now, in one transaction with its consequences. The streams
 * are asked under the lock: what was read before another process wrote would look like a loss.
 */
export const compareMarks = Effect.fn("noticeLoss")(function* (streams: ReadonlyArray<StreamDefinition>) {
  const repository = yield* StreamMarkRepository
  const outbox = yield* OutboxRepository
  const { replicas } = yield* NatsConfig
  const compared = yield* repository.transaction(
    Effect.gen(function* () {
      const known = new Map((yield* repository.lock).map((mark) => [mark.stream, mark]))
      const read = yield* Effect.result(readMarks(streams))
      if (Result.isFailure(read)) return Result.fail(read.failure)
      const lost = read.success.filter((mark) => mayHaveLost(known.get(mark.stream) ?? null, mark, replicas))
      const names = lost.map(({ stream }) => stream)
      if (names.length > 0) yield* outbox.forget(names)
      yield* repository.write(read.success)
      return Result.succeed(names)
    })
  )
  const lost = yield* Effect.fromResult(compared)
  if (lost.length === 0) return
  yield* Effect.logInfo("streams are new, or may have lost their tail: announcing open work again", {
    "streams.lost": lost
  })
  yield* OpenWork.use((work) => Effect.sync(() => work.ring(...outboxKinds)))
})

/** Looks before it touches: in production only an operator's user may change streams. */
const applyWhereDifferent = Effect.fnUntraced(function* (
  streams: ReadonlyArray<StreamDefinition>,
  consumers: ReadonlyArray<ConsumerDefinition>
) {
  const service = yield* Streams
  const found = yield* service.status(streams, consumers)
  const isAsDefined = (one: { readonly exists: boolean; readonly differences: ReadonlyArray<unknown> }) =>
    one.exists && one.differences.length === 0
  const areAll = found.every((stream) => isAsDefined(stream) && stream.consumers.every(isAsDefined))
  yield* areAll ? Effect.void : service.apply(streams, consumers)
})

export const layer = (
  streams: ReadonlyArray<StreamDefinition>,
  consumers: ReadonlyArray<ConsumerDefinition>
) =>
  Layer.effectDiscard(
    NatsConnection.use((nats) =>
      nats.onConnect(() =>
        Effect.gen(function* () {
          const safeMode = yield* SafeMode
          yield* Effect.andThen(safeMode.look, safeMode.awaitCurrent)
          yield* applyWhereDifferent(streams, consumers)
          yield* compareMarks(streams)
        })
      )
    )
  )
