/** Dead jobs go back into the queue: the row, its letter and the order to announce it are one commit. */

import { Effect, Result } from "effect"

import { type OrganizationId } from "#schemas/Ids.ts"
import { type FoundRow, type Order, replayJob } from "#src/domain/decide.ts"
import { type Ledger } from "#src/repositories/Ledger.ts"
import { type LetterToDecide } from "#src/repositories/OpenLetterRepository.ts"

import { type Replayed } from "./replayLetters.ts"
import { type Settling } from "./Settling.ts"

export const makeReplayJobs = (ledger: Ledger["Service"], settling: Settling["Service"]) =>
  Effect.fnUntraced(function* (
    organizationId: OrganizationId,
    dead: ReadonlyArray<LetterToDecide>,
    order: Order
  ) {
    const found = yield* ledger.find(dead.flatMap(({ job_id }) => job_id ?? []))
    const rows = new Map<string, FoundRow>(
      found.filter((row) => row.organization_id === organizationId).map((row) => [row.message_id, row])
    )
    const decided = dead.map((letter) => ({
      letter,
      decision: replayJob(letter, rows.get(letter.job_id ?? "") ?? null, order)
    }))
    const written = yield* settling.decide(
      decided.flatMap(({ decision }) => (Result.isSuccess(decision) ? [decision.success] : []))
    )
    const ids = new Set(written.map(({ message_id }) => message_id))
    return decided.map(({ decision, letter }): Replayed => [
      letter.dead_letter_id,
      Result.map(decision, ({ settlement }) => ids.has(settlement.message_id))
    ])
  })
