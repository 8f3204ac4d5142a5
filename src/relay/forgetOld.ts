/** What is too old goes, a month at a time, each in a transaction of its own; what it counted stays counted. */

import { Effect, Option } from "effect"

import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { MaintenanceRepository } from "#src/repositories/MaintenanceRepository.ts"

/** Until there is no such month. */
const dropAll = Effect.fnUntraced(function* (
  task: string,
  drop: Effect.Effect<Option.Option<string>, LedgerUnreachable>
) {
  const { alone } = yield* MaintenanceRepository
  let dropped = Option.flatten(yield* alone(task, drop))
  while (Option.isSome(dropped)) {
    yield* Effect.logInfo("dropped what is too old", { "partition.name": dropped.value })
    dropped = Option.flatten(yield* alone(task, drop))
  }
})

export const forgetOld = Effect.gen(function* () {
  const { alone, dropEvents, dropMessages, forgetKeys, forgetLetters } = yield* MaintenanceRepository
  yield* alone("forget keys", forgetKeys)
  yield* alone("forget letters", forgetLetters)
  yield* dropAll("drop events", dropEvents)
  yield* dropAll("drop messages", dropMessages)
})
