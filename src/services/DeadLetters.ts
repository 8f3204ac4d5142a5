/** What died: recorded in the ledger first; the stream's copy follows through the register of open work. */

import { Clock, Context, Effect, Layer } from "effect"

import { type DeadMessage, letterOfMessage } from "#src/domain/burial.ts"
import { toInstant } from "#src/domain/instants.ts"
import { DeadLetterRepository } from "#src/repositories/DeadLetterRepository.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { OpenWork } from "./OpenWork.ts"

export class DeadLetters extends Context.Service<
  DeadLetters,
  {
    /** Durable on return. Recording the same death twice is once. */
    readonly record: (messages: ReadonlyArray<DeadMessage>) => Effect.Effect<void, LedgerUnreachable>
  }
>()("carillon/services/DeadLetters") {
  static readonly layer = Layer.effect(
    DeadLetters,
    Effect.gen(function* () {
      const repository = yield* DeadLetterRepository
      const work = yield* OpenWork

      const record = Effect.fn("DeadLetters.record")(function* (messages: ReadonlyArray<DeadMessage>) {
        const now = toInstant(yield* Clock.currentTimeMillis)
        yield* repository.insert(messages.map((message) => letterOfMessage(message, now)))
        work.ring("dead_letters")
      })

      return DeadLetters.of({ record })
    })
  )
}
