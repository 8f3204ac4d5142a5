/** After a backup was restored: what the streams remember and the ledger does not is brought back into it. */

import { Array, Clock, Context, Effect, Layer, Result, Schema } from "effect"

import { type LedgerClock } from "#schemas/LedgerClock.ts"
import { afterRestore } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { ageOf, seqBeyond } from "#src/domain/ledgerClock.ts"
import { courseOf, type Permission } from "#src/domain/restoration.ts"
import { type NatsAway, type NotAcknowledged } from "#src/nats/errors.ts"
import { type StreamsError } from "#src/nats/Streams.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { LedgerClockRepository } from "#src/repositories/LedgerClockRepository.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { RestoreRepository } from "#src/repositories/RestoreRepository.ts"
import { allStreams } from "#streams/all.ts"

import { makeReplays } from "./replayStreams.ts"
import { SafeMode } from "./SafeMode.ts"

/** Rows in one settle. */
const rowsAtOnce = 500

/** Rows of the register in one look, of up to some thousand messages each. */
const registerAtOnce = 20

/** Those whose hints a restored ledger must say again. */
const jobStreams = allStreams.map(({ name }) => name).filter((name) => name.startsWith("JOBS_"))

/** Why there is nothing to do, or nothing that may be done; for the operator. */
export class NotRestored extends Schema.TaggedError<NotRestored>()("NotRestored", { why: Schema.String }) {
  override get message(): string {
    return this.why
  }
}

export interface Restored {
  /**
   * Of the stream `EVENTS`: those that the ledger did not know, with the messages that they led to, and those that are dead
   * letters, as they were or because of what the backup does not have.
   */
  readonly events: {
    readonly read: number
    readonly accepted: number
    readonly messages: number
    readonly refused: number
  }
  /** Of the stream `OUTCOMES`: the messages that the ledger thought open, or ended otherwise. */
  readonly outcomes: { readonly read: number; readonly settled: number; readonly withoutMessage: number }
  /** Messages of campaigns that may have been sent, and now wait for an operator as `unknown`. */
  readonly inDoubt: number
  /** Messages of campaigns whose dead letters are open: of what operators decided since the backup the ledger knows nothing. */
  readonly mayHaveBeenReplayed: number
}

type Failure = LedgerUnreachable | StreamsError | NatsAway | NotAcknowledged | NotRestored

export class Restoration extends Context.Service<
  Restoration,
  {
    /**
     * Safe to repeat, and to be killed: the clock is set last, and until then nothing is sent. The processes may run: in
     * safe mode they wait, and go on when it is done. A rehearsal says what it would do.
     */
    readonly restore: (
      permission: Permission & { readonly rehearsal: boolean }
    ) => Effect.Effect<Restored, Failure>
  }
>()("carillon/services/Restoration") {
  static readonly layer = Layer.effect(
    Restoration,
    Effect.gen(function* () {
      const safeMode = yield* SafeMode
      const ledger = yield* Ledger
      const clocks = yield* LedgerClockRepository
      const outbox = yield* OutboxRepository
      const repository = yield* RestoreRepository
      const { replayEvents, replayOutcomes } = yield* makeReplays

      const holdTheRest = Effect.gen(function* () {
        let held = 0
        let register = yield* repository.register(0, registerAtOnce)
        for (let last = register.at(-1); last !== undefined; last = register.at(-1)) {
          const now = toInstant(yield* Clock.currentTimeMillis)
          for (const rows of Array.chunksOf(yield* repository.inDoubt(register), rowsAtOnce))
            held += (yield* ledger.settle(rows.map((row) => afterRestore(row, now)))).length
          register = yield* repository.register(last, registerAtOnce)
        }
        return held
      })

      const replay = Effect.gen(function* () {
        // Events first: an outcome may be of a message that the backup has not.
        const replayed = {
          events: yield* replayEvents,
          outcomes: yield* replayOutcomes,
          inDoubt: yield* holdTheRest,
          mayHaveBeenReplayed: yield* repository.replayable
        }
        yield* outbox.forget(jobStreams)
        return replayed satisfies Restored
      })

      const nothing: Restored = {
        events: { read: 0, accepted: 0, messages: 0, refused: 0 },
        outcomes: { read: 0, settled: 0, withoutMessage: 0 },
        inDoubt: 0,
        mayHaveBeenReplayed: 0
      }

      /** A process that goes on already may have been quicker, with this very ledger. */
      const remember = (clock: LedgerClock, revision: number) =>
        Effect.catchTag(safeMode.remember(clock, revision), "NotAcknowledged", (error) =>
          Effect.flatMap(safeMode.remembered, ({ clock: now }) =>
            now?.ledger_id === clock.ledger_id ? Effect.void : Effect.fail(error)
          )
        )

      const restore = Effect.fn("Restoration.restore")(function* (
        permission: Permission & { readonly rehearsal: boolean }
      ) {
        const { clock } = yield* safeMode.remembered
        const course = courseOf(ageOf(yield* clocks.read, clock), permission)
        if (Result.isFailure(course)) return yield* new NotRestored({ why: course.failure })
        const work = course.success === "replay" ? replay : Effect.succeed(nothing)
        if (permission.rehearsal) return yield* repository.rehearse(work)
        const restored = yield* work
        // Last of all, and as far as NATS is now: with it, every process goes on.
        const now = yield* safeMode.remembered
        const set = yield* Effect.flatMap(clocks.read, (before) => clocks.set(seqBeyond(before, now.clock)))
        yield* remember(set, now.revision)
        return restored
      })

      return Restoration.of({ restore })
    })
  )
}
