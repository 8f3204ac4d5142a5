/** One effect and one answer for all requests with the same key, for 24 hours. */

import { Context, Effect, Layer, Option, Schema } from "effect"

import { conflict, type Rejected } from "#src/domain/Rejected.ts"
import { type IdempotentRequest, IdempotencyRepository } from "#src/repositories/IdempotencyRepository.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

const otherRequest = (): Rejected =>
  conflict("idempotency_conflict", "this idempotency key was used for another request")

export class Idempotency extends Context.Service<
  Idempotency,
  {
    /**
     * Runs the effect and keeps its answer in the same commit; later requests get that answer, concurrent ones wait
     * for it. A failure keeps nothing. The effect must write in its own fiber, where the transaction is. Another
     * request with the same key fails with `idempotency_conflict`.
     */
    readonly once: <A, I, E, R>(
      request: IdempotentRequest,
      answer: Schema.Codec<A, I>,
      effect: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | Rejected | LedgerUnreachable, R>
    /**
     * For what is idempotent by itself: only sees to it that the key stands for one request. Where the effect fails
     * the key is free again.
     */
    readonly bind: <A, E, R>(
      request: IdempotentRequest,
      effect: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | Rejected | LedgerUnreachable, R>
  }
>()("carillon/services/Idempotency") {
  static readonly layer = Layer.effect(
    Idempotency,
    Effect.gen(function* () {
      const repository = yield* IdempotencyRepository

      const once = <A, I, E, R>(
        request: IdempotentRequest,
        answer: Schema.Codec<A, I>,
        effect: Effect.Effect<A, E, R>
      ) =>
        repository.transaction(
          Effect.gen(function* () {
            yield* repository.lock(request)
            const kept = yield* repository.find(request)
            if (Option.isSome(kept)) {
              if (!kept.value.same_request) return yield* otherRequest()
              return yield* Effect.orDie(Schema.decodeUnknownEffect(answer)(kept.value.answer))
            }
            const made = yield* effect
            const text = yield* Effect.orDie(Schema.encodeEffect(Schema.fromJsonString(answer))(made))
            yield* repository.keep(request, text)
            return made
          })
        )

      const bind = <A, E, R>(request: IdempotentRequest, effect: Effect.Effect<A, E, R>) =>
        Effect.gen(function* () {
          if (!(yield* repository.claim(request))) return yield* otherRequest()
          return yield* Effect.tapError(effect, () => Effect.ignore(repository.release(request)))
        })

      return Idempotency.of({ once, bind })
    })
  )
}
