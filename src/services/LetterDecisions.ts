/** What operators do with dead letters: replay and discard, singly and by filter, once however often they ask. */

import { Context, Effect, Layer, Option } from "effect"

import { type DiscardedMany, type ReplayedMany } from "#schemas/http/deadLetters.ts"
import { type DeadLetterId } from "#schemas/Ids.ts"
import { conflict, missing, type Rejected } from "#src/domain/Rejected.ts"
import { type DeadLetterFilter } from "#src/repositories/DeadLetterReader.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { type LetterToDecide, OpenLetterRepository } from "#src/repositories/OpenLetterRepository.ts"

import { makeDecideAll, type Operator, orderOf } from "./decideAll.ts"
import { makeReplayEvents } from "./replayEvents.ts"
import { makeReplayLetters } from "./replayLetters.ts"
import { Settling } from "./Settling.ts"

const notOpen = ({ dead_letter_id, state }: LetterToDecide): Rejected =>
  conflict("not_open", `dead letter ${dead_letter_id} was ${state} before`, { state })

export class LetterDecisions extends Context.Service<
  LetterDecisions,
  {
    /**
     * True where this call replayed it, false where it was replayed before. Fails with a conflict, and leaves it open,
     * where nothing can be done again or it would be refused again.
     */
    readonly replay: (
      operator: Operator,
      id: DeadLetterId
    ) => Effect.Effect<boolean, Rejected | LedgerUnreachable>
    /** Fails with a conflict where it was replayed; discarding twice is once. */
    readonly discard: (
      operator: Operator,
      id: DeadLetterId
    ) => Effect.Effect<void, Rejected | LedgerUnreachable>
    readonly count: (operator: Operator, filter: DeadLetterFilter) => Effect.Effect<number, LedgerUnreachable>
    /** In transactions of 500: what was done when a call ends early stays done, and the next call does the rest. */
    readonly replayAll: (
      operator: Operator,
      filter: DeadLetterFilter
    ) => Effect.Effect<ReplayedMany, LedgerUnreachable>
    readonly discardAll: (
      operator: Operator,
      filter: DeadLetterFilter
    ) => Effect.Effect<DiscardedMany, LedgerUnreachable>
  }
>()("carillon/services/LetterDecisions") {
  static readonly layer = Layer.effect(
    LetterDecisions,
    Effect.gen(function* () {
      const letters = yield* OpenLetterRepository
      const replayLetters = makeReplayLetters({
        ledger: yield* Ledger,
        letters,
        replayEvents: yield* makeReplayEvents,
        settling: yield* Settling
      })

      const find = Effect.fnUntraced(function* ({ organizationId }: Operator, id: DeadLetterId) {
        const found = yield* letters.find(organizationId, id)
        if (Option.isNone(found)) return yield* missing(`there is no dead letter ${id}`)
        return found.value
      })

      const replay: LetterDecisions["Service"]["replay"] = Effect.fn("LetterDecisions.replay")(
        function* (operator, id) {
          const letter = yield* find(operator, id)
          if (letter.state === "replayed") return false
          if (letter.state === "discarded") return yield* notOpen(letter)
          const order = yield* orderOf(operator)
          const [answer] = yield* replayLetters(operator.organizationId, [letter], order)
          const isOurs = answer !== undefined && (yield* Effect.fromResult(answer[1]))
          // Someone was faster: what became of it is asked anew.
          return isOurs || (yield* replay(operator, id))
        }
      )

      const discard: LetterDecisions["Service"]["discard"] = Effect.fn("LetterDecisions.discard")(
        function* (operator, id) {
          const letter = yield* find(operator, id)
          if (letter.state === "replayed") return yield* notOpen(letter)
          if (letter.state === "discarded") return
          const closed = yield* letters.close([id], { ...(yield* orderOf(operator)), state: "discarded" })
          if (closed.size === 0) yield* discard(operator, id)
        }
      )

      return LetterDecisions.of({
        replay,
        discard,
        count: ({ organizationId }, filter) => letters.count({ organizationId, filter }),
        ...makeDecideAll(letters, replayLetters)
      })
    })
  )
}
