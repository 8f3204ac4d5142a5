/** The bell between those who commit open work and the relay of the same process, which else looks each second. */

import { Context, Effect, Layer, Queue } from "effect"

import { type OutboxKind, outboxKinds } from "#src/repositories/outboxQueries.ts"

/** How long committed work may lie unseen where no bell was rung: that of a process that died. */
const patience = "1 second"

export class OpenWork extends Context.Service<
  OpenWork,
  {
    /** There is something new of these kinds. Never waits. */
    readonly ring: (...kinds: ReadonlyArray<OutboxKind>) => void
    /** Returns at the bell, at once where it rang since the last time, or after a second. */
    readonly awaitRing: (kind: OutboxKind) => Effect.Effect<void>
  }
>()("carillon/services/OpenWork") {
  static readonly layer = Layer.effect(
    OpenWork,
    Effect.gen(function* () {
      const bells = new Map<OutboxKind, Queue.Queue<void>>()
      for (const kind of outboxKinds) bells.set(kind, yield* Queue.sliding<void>(1))
      const bellOf = (kind: OutboxKind) => Effect.fromNullishOr(bells.get(kind)).pipe(Effect.orDie)

      return OpenWork.of({
        ring: (...kinds) => {
          for (const kind of kinds) {
            const bell = bells.get(kind)
            if (bell !== undefined) Queue.offerUnsafe(bell, undefined)
          }
        },
        awaitRing: (kind) =>
          Effect.flatMap(bellOf(kind), (bell) =>
            Effect.asVoid(Effect.timeoutOption(Queue.take(bell), patience))
          )
      })
    })
  )
}
