/** What keeps the house in order, in every process but the gateway's, one process at a time. */

import { Duration, Effect, Layer, Option, Schedule } from "effect"

import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { watchLoop } from "#src/observability/Loops.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { MaintenanceRepository } from "#src/repositories/MaintenanceRepository.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { OpenWork } from "#src/services/OpenWork.ts"
import { Recovery } from "#src/services/Recovery.ts"
import { SafeMode } from "#src/services/SafeMode.ts"
import { type StreamDefinition } from "#streams/StreamDefinition.ts"

import { forgetOld } from "./forgetOld.ts"
import { compareMarks } from "./noticeLoss.ts"
import { raiseClock } from "./raiseClock.ts"

/** A backlog is worked off in one turn. */
const longestTask = Duration.minutes(10)

/** Rows of the register that one step looks at. */
const rowsAtOnce = 200

/** One at a time for each task, in a transaction of its own. */
const alone = <A, R>(task: string, effect: Effect.Effect<A, LedgerUnreachable, R>) =>
  MaintenanceRepository.use((maintenance) => maintenance.alone(task, effect))

/**
 * Announced rows whose time has come, a commit a step. Only while NATS is there and nothing was lost that is not noticed:
 * what was announced and needs no second look is forgotten here.
 */
const reconcile = Effect.gen(function* () {
  const outbox = yield* OutboxRepository
  const work = yield* OpenWork
  const nats = yield* NatsConnection
  let looked = rowsAtOnce
  while (looked === rowsAtOnce) {
    yield* nats.awaitReady
    looked = Option.getOrElse(yield* alone("reconcile", outbox.reconcile(rowsAtOnce)), () => 0)
    if (looked > 0) work.ring("jobs")
  }
})

/**
 * What NATS remembers is seen first: in an older ledger that looks current, rows would be given up of which the streams
 * know better. While NATS is away nothing could be sent again anyway.
 */
const recoverAll = Effect.gen(function* () {
  yield* SafeMode.use(({ awaitCompared }) => awaitCompared)
  yield* Recovery.use(({ recover }) => recover)
})

const recoverWhereNeeded = Effect.gen(function* () {
  if (yield* Recovery.use(({ isNeeded }) => isNeeded)) yield* recoverAll
})

/** The marks follow the streams, so that a tail that is lost later is seen. */
const noteMarks = (streams: ReadonlyArray<StreamDefinition>) =>
  NatsConnection.use((nats) =>
    nats.isUp() ? Effect.timeoutOption(compareMarks(streams), "10 seconds") : Effect.void
  )

const makePartitions = MaintenanceRepository.use((maintenance) =>
  alone("make partitions", maintenance.makePartitions)
)

/** Whatever goes wrong, the next turn comes; an older ledger is left as it is. */
const every = Effect.fnUntraced(function* <A, E, R>(
  pause: Duration.Input,
  name: string,
  task: Effect.Effect<A, E, R>
) {
  const { awaitCurrent } = yield* SafeMode
  const loop = yield* watchLoop(name, Duration.sum(Duration.fromInputUnsafe(pause), longestTask))
  yield* Effect.andThen(loop.rest(awaitCurrent), loop.turn(task)).pipe(
    Effect.catchCause((cause) => Effect.logWarning("maintenance is tried again later", cause)),
    Effect.repeat(Schedule.spaced(pause)),
    Effect.annotateLogs({ "maintenance.task": name }),
    Effect.forkScoped
  )
})

export const layer = (streams: ReadonlyArray<StreamDefinition>) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      yield* every(
        "2 seconds",
        "observe",
        Recovery.use((recovery) => recovery.observe)
      )
      yield* every("2 seconds", "recover", recoverWhereNeeded)
      yield* every("2 seconds", "reconcile", reconcile)
      yield* every("10 seconds", "note marks", noteMarks(streams))
      yield* every("10 seconds", "raise the clock", raiseClock)
      yield* every("60 seconds", "recover the ownerless", recoverAll)
      yield* every("1 hour", "make partitions", makePartitions)
      yield* every("1 hour", "forget what is old", forgetOld)
    })
  )
