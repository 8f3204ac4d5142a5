/** What JetStream gave up without a word that reached us: found in the work queues, and judged like an advisory. */

import { Effect, Layer, Schedule } from "effect"

import { Streams } from "#src/nats/Streams.ts"
import { watchLoop } from "#src/observability/Loops.ts"
import { Burial } from "#src/services/Burial.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"

/** An orphan lies no longer than a minute, in which its durable is idle for a moment. */
const pause = "20 seconds"

const sweep = Effect.fn("sweepOrphans")(function* (definition: ConsumerDefinition) {
  const sequences = yield* Streams.use((streams) => streams.orphans(definition))
  for (const stream_seq of sequences)
    yield* Burial.use((burial) =>
      burial.judge({
        stream: definition.stream.name,
        consumer: definition.durable,
        stream_seq,
        deliveries: definition.maxDeliver
      })
    )
})

/** @param consumers those of work queues; from the others nothing disappears */
export const layer = (consumers: ReadonlyArray<ConsumerDefinition>) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const loop = yield* watchLoop("sweep orphans", pause)
      const sweepAll = Effect.forEach(
        consumers,
        (consumer) => Effect.catchCause(sweep(consumer), (cause) => Effect.logDebug("not swept", cause)),
        { discard: true }
      )
      yield* Effect.forkScoped(Effect.repeat(loop.turn(sweepAll), Schedule.spaced(pause)))
    })
  )
