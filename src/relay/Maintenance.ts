/** What keeps the house in order, in every process but the gateway's, one process at a time. */

import { type Duration, Effect, Layer, Schedule } from "effect"

import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { MaintenanceRepository } from "#src/repositories/MaintenanceRepository.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { OpenWork } from "#src/services/OpenWork.ts"
import { Recovery } from "#src/services/Recovery.ts"
import { type StreamDefinition } from "#streams/StreamDefinition.ts"

import { compareMarks } from "./noticeLoss.ts"

/** Rows of the register that one step looks at. */
const rowsAtOnce = 200

/** Announced rows whose time has come; the rest of a long list at once. */
const reconcile = Effect.gen(function* () {
  const outbox = yield* OutboxRepository
  const work = yield* OpenWork
  let looked = rowsAtOnce
  while (looked === rowsAtOnce) {
    looked = yield* outbox.reconcile(rowsAtOnce)
    if (looked > 0) work.ring("jobs")
  }
})

const recoverWhereNeeded = Effect.gen(function* () {
  const recovery = yield* Recovery
  if (yield* recovery.isNeeded) yield* recovery.recover
})

const recoverAll = Recovery.use(({ recover }) => Effect.asVoid(recover))

/** The marks follow the streams, so that a tail that is lost later is seen. */
const noteMarks = (streams: ReadonlyArray<StreamDefinition>) =>
  NatsConnection.use((nats) =>
    nats.isUp() ? Effect.ignore(Effect.timeoutOption(compareMarks(streams), "10 seconds")) : Effect.void
  )

const keepPartitions = MaintenanceRepository.use(({ forgetKeys, makePartitions }) =>
  Effect.andThen(makePartitions, forgetKeys)
)

/** One at a time by the lock; a failure is tried again at the next turn. */
const alone = <R>(name: string, effect: Effect.Effect<void, LedgerUnreachable, R>) =>
  MaintenanceRepository.use((maintenance) => maintenance.alone(effect)).pipe(
    Effect.catchCause((cause) => Effect.logWarning("maintenance is tried again later", cause)),
    Effect.annotateLogs({ "maintenance.task": name })
  )

const every = <R>(pause: Duration.Input, task: Effect.Effect<unknown, never, R>) =>
  Effect.forkScoped(Effect.repeat(task, Schedule.spaced(pause)))

export const layer = (streams: ReadonlyArray<StreamDefinition>) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const observe = Recovery.use((recovery) => recovery.observe).pipe(
        Effect.catchTag("LedgerUnreachable", (error) => Effect.logDebug("not observed", error))
      )
      yield* every("2 seconds", observe)
      yield* every("2 seconds", alone("recover", recoverWhereNeeded))
      yield* every("2 seconds", alone("reconcile", reconcile))
      yield* every("10 seconds", noteMarks(streams))
      yield* every("60 seconds", alone("recover the ownerless", recoverAll))
      yield* every("1 hour", alone("partitions", keepPartitions))
    })
  )
