/** The clock goes on: raised in Postgres, then copied to NATS, so that NATS is never ahead of a ledger that is current. */

import { Effect, Option } from "effect"

import { seqBeyond } from "#src/domain/ledgerClock.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { LedgerClockRepository } from "#src/repositories/LedgerClockRepository.ts"
import { MaintenanceRepository } from "#src/repositories/MaintenanceRepository.ts"
import { SafeMode } from "#src/services/SafeMode.ts"

/**
 * Only while NATS is there: a clock that is raised unseen would one day overtake what NATS remembers, and an older
 * Postgres would pass for a current one. One process at a time; a copy that comes late is refused by its revision.
 */
export const raiseClock = Effect.gen(function* () {
  const nats = yield* NatsConnection
  const safeMode = yield* SafeMode
  const clocks = yield* LedgerClockRepository
  const maintenance = yield* MaintenanceRepository
  yield* nats.awaitReady
  const { clock, revision } = yield* safeMode.remembered
  if ((yield* safeMode.look) !== "current") return
  const raised = yield* maintenance.alone(
    "raise the clock",
    Effect.flatMap(clocks.read, (before) => clocks.set(seqBeyond(before, clock)))
  )
  if (Option.isSome(raised)) yield* safeMode.remember(raised.value, revision)
})
