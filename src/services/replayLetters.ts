/** Doing again what died: a job goes back into its row's queue, an event through the way in that refused it. */

import { Effect, Result } from "effect"

import { type DeadLetterId, type OrganizationId } from "#schemas/Ids.ts"
import { type FoundRow, type Order, replayJob, replayOf } from "#src/domain/decide.ts"
import { instantOf } from "#src/domain/ids.ts"
import { refusedAgain, type Rejected } from "#src/domain/Rejected.ts"
import { type Ledger } from "#src/repositories/Ledger.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { type LetterToDecide, type OpenLetterRepository } from "#src/repositories/OpenLetterRepository.ts"

import { incomingEvent } from "./incomingEvent.ts"
import { type Planning } from "./Planning.ts"
import { type Settling } from "./Settling.ts"

/** True: replayed. False: someone was faster. */
export type Replayed = ReadonlyMap<DeadLetterId, Result.Result<boolean, Rejected>>

export interface Desk {
  readonly ledger: Ledger["Service"]
  readonly letters: OpenLetterRepository["Service"]
  readonly planning: Planning["Service"]
  readonly settling: Settling["Service"]
}

/** Events whose bodies, of up to 256 KiB, are in memory together. */
const eventsAtOnce = 50

export const makeReplayLetters = ({ ledger, letters, planning, settling }: Desk) => {
  /** Its row, its letter and the order to announce it are one commit. */
  const replayJobs = Effect.fnUntraced(function* (
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
    return decided.map(
      ({ decision, letter }) =>
        [
          letter.dead_letter_id,
          Result.map(decision, ({ settlement }) => ids.has(settlement.message_id))
        ] as const
    )
  })

  /** Accepted first, closed after: a kill between leaves a letter that can be replayed, to no effect but its state. */
  const replayEvents = Effect.fnUntraced(function* (dead: ReadonlyArray<LetterToDecide>, order: Order) {
    const bodies = yield* letters.bodies(dead.map(({ dead_letter_id }) => dead_letter_id))
    const read = bodies.map(({ body, dead_letter_id, headers, subject }) => ({
      dead_letter_id,
      event: incomingEvent({ data: body, headers, subject, timestamp: Date.parse(instantOf(dead_letter_id)) })
    }))
    const readable = read.flatMap(({ dead_letter_id, event }) =>
      Result.isSuccess(event) ? [{ dead_letter_id, event: event.success }] : []
    )
    const answers = yield* planning.accept(readable.map(({ event }) => event))
    const accepted = readable.filter((_, i) => answers[i] !== undefined && Result.isSuccess(answers[i]))
    const closed = yield* letters.close(
      accepted.map(({ dead_letter_id }) => dead_letter_id),
      { ...order, state: "replayed" }
    )
    const refusals = new Map(
      readable.flatMap(({ dead_letter_id }, i) => {
        const answer = answers[i]
        return answer !== undefined && Result.isFailure(answer) ? [[dead_letter_id, answer.failure]] : []
      })
    )
    return read.map(({ dead_letter_id, event }) => {
      const refusal = Result.isFailure(event) ? event.failure : refusals.get(dead_letter_id)
      return [
        dead_letter_id,
        refusal === undefined
          ? Result.succeed(closed.has(dead_letter_id))
          : Result.fail(refusedAgain({ errors: [], ...refusal }))
      ] as const
    })
  })

  /** What was refused because someone else has answered it meanwhile is no refusal. */
  const forgiveLate = Effect.fnUntraced(function* (replayed: Replayed) {
    const refused = [...replayed].flatMap(([id, answer]) => (Result.isFailure(answer) ? [id] : []))
    if (refused.length === 0) return replayed
    const open = yield* letters.stillOpen(refused)
    return new Map(
      [...replayed].map(([id, answer]) => [
        id,
        open.has(id) ? answer : Result.orElse(answer, () => Result.succeed(false))
      ])
    )
  })

  /** One answer for each letter. */
  return (
    organizationId: OrganizationId,
    dead: ReadonlyArray<LetterToDecide>,
    order: Order
  ): Effect.Effect<Replayed, LedgerUnreachable> =>
    Effect.gen(function* () {
      const sorted = dead.map((letter) => ({ letter, what: replayOf(letter) }))
      const of = (kind: "job" | "event") =>
        sorted.flatMap(({ letter, what }) =>
          Result.isSuccess(what) && what.success === kind ? [letter] : []
        )
      const neither = sorted.flatMap(({ letter, what }) =>
        Result.isFailure(what) ? [[letter.dead_letter_id, Result.fail(what.failure)] as const] : []
      )
      const jobs = yield* replayJobs(organizationId, of("job"), order)
      const events: Array<readonly [DeadLetterId, Result.Result<boolean, Rejected>]> = []
      const dying = of("event")
      for (let from = 0; from < dying.length; from += eventsAtOnce)
        events.push(...(yield* replayEvents(dying.slice(from, from + eventsAtOnce), order)))
      return yield* forgiveLate(new Map([...neither, ...jobs, ...events]))
    })
}
