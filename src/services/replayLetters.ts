/** Doing again what died: each kind of letter in its own way. */

import { Effect, Result } from "effect"

import { type DeadLetterId, type OrganizationId } from "#schemas/Ids.ts"
import { type Order, type ReplayOf, replayOf } from "#src/domain/decide.ts"
import { type Rejected } from "#src/domain/Rejected.ts"
import { type Ledger } from "#src/repositories/Ledger.ts"
import { type LetterToDecide, type OpenLetterRepository } from "#src/repositories/OpenLetterRepository.ts"

import { type makeReplayEvents } from "./replayEvents.ts"
import { makeReplayJobs } from "./replayJobs.ts"
import { type Settling } from "./Settling.ts"

/** True: by this call. False: someone was faster. A letter that cannot be replayed stays open. */
export type Replayed = readonly [DeadLetterId, Result.Result<boolean, Rejected>]

export interface Desk {
  readonly ledger: Ledger["Service"]
  readonly letters: OpenLetterRepository["Service"]
  readonly replayEvents: Effect.Success<typeof makeReplayEvents>
  readonly settling: Settling["Service"]
}

export const someoneWasFaster: Result.Result<boolean> = Result.succeed(false)

export const makeReplayLetters = ({ ledger, letters, replayEvents, settling }: Desk) => {
  const replayJobs = makeReplayJobs(ledger, settling)

  /** What was refused because someone else has answered it meanwhile is no refusal. */
  const forgiveLate = Effect.fnUntraced(function* (replayed: ReadonlyArray<Replayed>) {
    const refused = replayed.flatMap(([id, answer]) => (Result.isFailure(answer) ? [id] : []))
    if (refused.length === 0) return replayed
    const open = yield* letters.stillOpen(refused)
    return replayed.map(([id, answer]): Replayed => [
      id,
      Result.isSuccess(answer) || open.has(id) ? answer : someoneWasFaster
    ])
  })

  /** One answer for each letter, in any order. */
  return Effect.fnUntraced(function* (
    organizationId: OrganizationId,
    dead: ReadonlyArray<LetterToDecide>,
    order: Order
  ) {
    const sorted = dead.map((letter) => ({ letter, kind: replayOf(letter) }))
    const of = (wanted: ReplayOf) =>
      sorted.flatMap(({ kind, letter }) =>
        Result.isSuccess(kind) && kind.success === wanted ? [letter] : []
      )
    const neither = sorted.flatMap(({ kind, letter }): ReadonlyArray<Replayed> =>
      Result.isFailure(kind) ? [[letter.dead_letter_id, Result.fail(kind.failure)]] : []
    )
    const jobs = yield* replayJobs(organizationId, of("job"), order)
    const events = yield* replayEvents(of("event"), order)
    return yield* forgiveLate([...neither, ...jobs, ...events])
  })
}
