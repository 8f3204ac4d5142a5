/** Whether this Postgres is as far as the world: where it is not, nothing is sent, planned or accepted until it is. */

import { Context, Effect, Latch, Layer, Metric, Option, Result } from "effect"

import { decodeLedgerClock, type LedgerClock } from "#schemas/LedgerClock.ts"
import { ageOf, type LedgerAge } from "#src/domain/ledgerClock.ts"
import { type NatsAway, type NotAcknowledged } from "#src/nats/errors.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { Streams, type StreamsError } from "#src/nats/Streams.ts"
import { pulledGauge } from "#src/observability/pulledMetric.ts"
import { LedgerClockRepository } from "#src/repositories/LedgerClockRepository.ts"
import { LedgerFence } from "#src/repositories/LedgerFence.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { clockSubject, ledgerClock } from "#streams/ledgerClock.ts"

const safeMode = Metric.gauge("carillon_safe_mode", {
  description: "Whether this Postgres is not as far as the world, and nothing is done until it is: 1 or 0"
})

/** What NATS remembers, and at which revision of the key; 0 where it has none. */
export interface Remembered {
  readonly clock: LedgerClock | null
  readonly revision: number
}

export class SafeMode extends Context.Service<
  SafeMode,
  {
    /** What NATS remembers of the ledger. */
    readonly remembered: Effect.Effect<Remembered, StreamsError>
    /** Copies the clock to NATS, over that revision and no other. */
    readonly remember: (
      clock: LedgerClock,
      revision: number
    ) => Effect.Effect<void, NatsAway | NotAcknowledged>
    /** Compares Postgres with what NATS remembers; with what it remembered, while it is away. */
    readonly look: Effect.Effect<LedgerAge, LedgerUnreachable | StreamsError>
    /** As it was when we last looked. */
    readonly age: () => LedgerAge
    /** Returns while this Postgres is current, or as soon as it is. */
    readonly awaitCurrent: Effect.Effect<void>
    /** Returns as soon as what NATS remembers has been seen once: until then an old ledger passes for a current one. */
    readonly awaitCompared: Effect.Effect<void>
  }
>()("carillon/services/SafeMode") {
  static readonly layer = Layer.effect(
    SafeMode,
    Effect.gen(function* () {
      const nats = yield* NatsConnection
      const streams = yield* Streams
      const publisher = yield* Publisher
      const repository = yield* LedgerClockRepository
      const fence = yield* LedgerFence
      const current = yield* Latch.make(true)
      const compared = yield* Latch.make(false)
      let age: LedgerAge = "current"
      yield* pulledGauge(safeMode, () => (age === "current" ? 0 : 1))

      /** What is no clock was written by a stranger: it is overwritten, not believed. */
      const remembered = Effect.map(
        streams.lastMessage(ledgerClock.name, clockSubject),
        Option.match({
          onNone: (): Remembered => ({ clock: null, revision: 0 }),
          onSome: ({ data, sequence }) => ({
            clock: Result.getOrElse(decodeLedgerClock(new TextDecoder().decode(data)), () => null),
            revision: sequence
          })
        })
      )

      const remember = (clock: LedgerClock, revision: number) =>
        publisher.publish({
          subject: clockSubject,
          data: new TextEncoder().encode(JSON.stringify(clock)),
          headers: { "Nats-Expected-Last-Subject-Sequence": String(revision) }
        })

      const look = Effect.fn("SafeMode.look")(function* () {
        const isUp = nats.isUp()
        const { clock } = isUp ? yield* remembered : { clock: null }
        if (clock !== null) fence.learn(clock)
        age = ageOf(yield* repository.read, fence.known())
        yield* age === "current" ? current.open : current.close
        if (isUp) yield* compared.open
        return age
      })

      return SafeMode.of({
        remembered,
        remember,
        look: look(),
        age: () => age,
        awaitCurrent: current.await,
        awaitCompared: compared.await
      })
    })
  )
}
