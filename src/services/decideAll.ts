/** Decisions by filter: page by page over every open letter that it matches. */

import { Clock, Effect, Result } from "effect"

import { type OrganizationId } from "#schemas/Ids.ts"
import { toInstant } from "#src/domain/instants.ts"
import { type DeadLetterFilter } from "#src/repositories/DeadLetterReader.ts"
import {
  type LetterToDecide,
  type OpenLetterRepository,
  type OpenLetters
} from "#src/repositories/OpenLetterRepository.ts"

import { type makeReplayLetters } from "./replayLetters.ts"

/** Who asks. */
export interface Operator {
  readonly organizationId: OrganizationId
  readonly name: string
}

/** Letters of one transaction. */
const lettersAtOnce = 500

export const orderOf = ({ name }: Operator) =>
  Effect.map(Clock.currentTimeMillis, (now) => ({ by: name, note: null, at: toInstant(now) }))

/** Every open letter that there is now, newest first: letters that come meanwhile, those of replayed jobs too, are newer. */
const forAll = Effect.fnUntraced(function* <E, R>(
  letters: OpenLetterRepository["Service"],
  asked: OpenLetters,
  decide: (page: ReadonlyArray<LetterToDecide>) => Effect.Effect<void, E, R>
) {
  let page = yield* letters.page(asked, lettersAtOnce)
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    yield* decide(page)
    const before = { diedAt: last.died_at, deadLetterId: last.dead_letter_id }
    page = yield* letters.page({ ...asked, filter: { ...asked.filter, before } }, lettersAtOnce)
  }
})

export const makeDecideAll = (
  letters: OpenLetterRepository["Service"],
  replayLetters: ReturnType<typeof makeReplayLetters>
) => {
  const replayAll = Effect.fn("LetterDecisions.replayAll")(function* (
    operator: Operator,
    filter: DeadLetterFilter
  ) {
    const done = { matched: 0, replayed: 0, refused: 0 }
    const asked = { organizationId: operator.organizationId, filter }
    yield* forAll(
      letters,
      asked,
      Effect.fnUntraced(function* (page) {
        const answers = yield* replayLetters(operator.organizationId, page, yield* orderOf(operator))
        done.matched += page.length
        for (const [, answer] of answers)
          if (Result.isFailure(answer)) done.refused++
          else if (answer.success) done.replayed++
      })
    )
    return done
  })

  const discardAll = Effect.fn("LetterDecisions.discardAll")(function* (
    operator: Operator,
    filter: DeadLetterFilter
  ) {
    const done = { matched: 0, discarded: 0 }
    const asked = { organizationId: operator.organizationId, filter }
    yield* forAll(
      letters,
      asked,
      Effect.fnUntraced(function* (page) {
        const ids = page.map(({ dead_letter_id }) => dead_letter_id)
        const closed = yield* letters.close(ids, { ...(yield* orderOf(operator)), state: "discarded" })
        done.matched += page.length
        done.discarded += closed.size
      })
    )
    return done
  })

  return { replayAll, discardAll }
}
