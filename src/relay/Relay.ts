/** Announces open work: one loop a kind, in every process. While NATS is away the register is the queue. */

import { Clock, Duration, Effect, Layer, Metric } from "effect"

import { toInstant } from "#src/domain/instants.ts"
import { type BatchNotAcknowledged, type NotAcknowledged } from "#src/nats/errors.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { watchLoop } from "#src/observability/Loops.ts"
import { type OutboxKind, outboxKinds, type OutboxRow } from "#src/repositories/outboxQueries.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { OpenWork } from "#src/services/OpenWork.ts"

import { deadLetterCopies, jobHints, outcomeEvents, relayedEvents } from "./announcements.ts"

/** Rows in one flight; a row is a batch of keys. */
const rowsAtOnce = 20

/**
 * Gathered for this long: events so that one fsync of the stream serves many, outcomes because there is a row for
 * every few of them. For a job somebody waits.
 */
const gathering = {
  events: Duration.millis(50),
  jobs: Duration.zero,
  outcomes: Duration.millis(50),
  dead_letters: Duration.zero
}

/** After a failure; NATS and Postgres come back by themselves. */
const pause = "1 second"

const publish = Effect.fnUntraced(function* (kind: OutboxKind, rows: ReadonlyArray<OutboxRow>) {
  const publisher = yield* Publisher
  switch (kind) {
    case "jobs": {
      const now = toInstant(yield* Clock.currentTimeMillis)
      return yield* publisher.publishAll(yield* jobHints(rows, now))
    }
    case "events":
      return yield* publisher.publishAtomic(yield* relayedEvents(rows))
    case "outcomes":
      return yield* publisher.publishAll(outcomeEvents(rows))
    case "dead_letters":
      return yield* publisher.publishAll(yield* deadLetterCopies(rows))
  }
})

const announced = Metric.counter("carillon_announced_rows_total", {
  description: "Rows of the register that this process has announced; a row is a batch"
})

const failures = Metric.counter("carillon_announce_failures_total", {
  description: "Announcements that failed and are tried again"
})

const refused = (kind: OutboxKind, error: NotAcknowledged | BatchNotAcknowledged) =>
  Effect.andThen(
    Metric.update(Metric.withAttributes(failures, { kind }), 1),
    Effect.logWarning("refused by JetStream, tried again later", error)
  )

/** A row that JetStream refuses keeps its lease: it is tried again when that has run out, and holds up no other. */
const announceAlone = Effect.fnUntraced(function* (kind: OutboxKind, row: OutboxRow) {
  yield* publish(kind, [row])
  yield* OutboxRepository.use((outbox) => outbox.announced([row]))
  yield* Metric.update(Metric.withAttributes(announced, { kind }), 1)
})

const announceEach = (kind: OutboxKind, rows: ReadonlyArray<OutboxRow>) =>
  Effect.forEach(
    rows,
    (row) =>
      announceAlone(kind, row).pipe(
        Effect.catchTags({
          NotAcknowledged: (error) => refused(kind, error),
          BatchNotAcknowledged: (error) => refused(kind, error)
        })
      ),
    { discard: true }
  )

/** Leases what is there and announces it; answers how many rows. What could not be announced is free again. */
const announceOnce = Effect.fn("Relay.announce")(function* (kind: OutboxKind) {
  const outbox = yield* OutboxRepository
  const { ping } = yield* NatsConnection
  const rows = yield* outbox.lease(kind, rowsAtOnce)
  if (rows.length === 0) return 0
  // A server that answers nothing at all has refused nothing.
  const announceRest = Effect.andThen(ping, announceEach(kind, rows))
  yield* publish(kind, rows).pipe(
    Effect.andThen(outbox.announced(rows)),
    Effect.andThen(Metric.update(Metric.withAttributes(announced, { kind }), rows.length)),
    Effect.catchTags({
      NotAcknowledged: () => announceRest,
      BatchNotAcknowledged: () => announceRest
    }),
    Effect.tapErrorTag("NatsAway", () => outbox.release(rows))
  )
  return rows.length
})

const relayKind = (kind: OutboxKind) =>
  Effect.gen(function* () {
    const nats = yield* NatsConnection
    const work = yield* OpenWork
    const loop = yield* watchLoop(`relay ${kind}`, pause)
    // A counter that begins at its first event hides that event from who watches its increase.
    yield* Metric.update(Metric.withAttributes(failures, { kind }), 0)
    const wait = Effect.andThen(work.awaitRing(kind), Effect.sleep(gathering[kind]))
    const turn = Effect.gen(function* () {
      yield* nats.awaitReady
      const announced = yield* announceOnce(kind)
      yield* announced < rowsAtOnce ? wait : Effect.void
    })
    return yield* loop.turn(turn).pipe(
      Effect.catchCause((cause) =>
        Metric.update(Metric.withAttributes(failures, { kind }), 1).pipe(
          Effect.andThen(Effect.logWarning("not announced, trying on", cause)),
          Effect.andThen(Effect.sleep(pause))
        )
      ),
      Effect.forever
    )
  }).pipe(Effect.annotateLogs({ "relay.kind": kind }))

export const layer = Layer.effectDiscard(
  Effect.forEach(outboxKinds, (kind) => Effect.forkScoped(relayKind(kind)), { discard: true })
)
