/** plan-events: EVENTS → the same acceptance as over HTTP → done, or a dead letter with the reason. */

import { Effect, Result } from "effect"

import { Verdict } from "#src/domain/Verdict.ts"
import { type Decode } from "#src/nats/decodeBatch.ts"
import { type Delivered } from "#src/nats/Delivered.ts"
import { DeadLetters } from "#src/services/DeadLetters.ts"
import { toDeadMessage } from "#src/services/deadMessage.ts"
import { incomingEvent, type Unreadable } from "#src/services/incomingEvent.ts"
import { type IncomingEvent } from "#src/services/planBatch.ts"
import { Planning } from "#src/services/Planning.ts"
import { untilLedger } from "#src/services/untilLedger.ts"
import { type ConsumerDefinition, redelivery } from "#streams/ConsumerDefinition.ts"
import { events } from "#streams/events.ts"

import { consumer } from "./run.ts"

export const definition: ConsumerDefinition = {
  durable: "plan-events",
  stream: events,
  filterSubjects: ["events.*.>"],
  ...redelivery,
  maxAckPending: 2000
}

interface ArrivedMessage {
  readonly event: IncomingEvent
  readonly message: Delivered
}

const decode: Decode<ArrivedMessage, Unreadable> = (message) =>
  Result.map(incomingEvent(message), (event) => ({ event, message }))

/** Accepted and refused alike are done: the ledger has the one, the dead letters have the other. */
const handle = Effect.fnUntraced(function* (arrived: ReadonlyArray<ArrivedMessage>) {
  const planning = yield* Planning
  const answers = yield* untilLedger(planning.accept(arrived.map(({ event }) => event)))
  const refused = arrived.flatMap(({ message }, i) => {
    const answer = answers[i]
    return answer !== undefined && Result.isFailure(answer)
      ? [toDeadMessage(definition)({ message, ...answer.failure })]
      : []
  })
  if (refused.length > 0) yield* untilLedger(DeadLetters.use((letters) => letters.record(refused)))
  return arrived.map(() => Verdict.Done())
})

export const layer = consumer({ definition, decode, handle })
