/** What the streams remember and a restored ledger does not: events accepted again, messages settled as was announced. */

import { Effect, Result } from "effect"

import { type Outcome } from "#schemas/Outcome.ts"
import { outcomeOf } from "#src/domain/domainEvent.ts"
import { type Correction, corrections, isDeath, letterOf } from "#src/domain/restoration.ts"
import { decodeBatch } from "#src/nats/decodeBatch.ts"
import { type Delivered } from "#src/nats/Delivered.ts"
import { Streams } from "#src/nats/Streams.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { RestoreRepository } from "#src/repositories/RestoreRepository.ts"
import { events } from "#streams/events.ts"

import { makeAccept } from "./acceptEvents.ts"
import { DeadLetters } from "./DeadLetters.ts"
import { toDeadMessage } from "./deadMessage.ts"
import { incomingEvent } from "./incomingEvent.ts"
import { readJson } from "./readMessage.ts"

/** Who refused events then: with it the letter of one that is refused again has the id that it had. */
const planner = { durable: "plan-events", stream: events }

const parseOutcome = (message: Delivered): ReadonlyArray<Outcome> => {
  const outcome = Result.flatMap(readJson(message.data), outcomeOf)
  return Result.isSuccess(outcome) ? [outcome.success] : []
}

export const makeReplays = Effect.gen(function* () {
  const streams = yield* Streams
  const repository = yield* RestoreRepository
  const accept = yield* makeAccept
  const letters = yield* DeadLetters
  const ledger = yield* Ledger

  /**
   * What the ledger does not know is accepted again, at the same instant and so with the same ids. What it refuses was
   * acknowledged long ago, so its dead letter is all that is left of it: of a type that is younger than the backup, or
   * refused then as now.
   */
  const replayEvents = Effect.gen(function* () {
    const counts = { accepted: 0, messages: 0, refused: 0 }
    const read = yield* streams.read(
      { stream: "EVENTS", filter: "events.*.>" },
      Effect.fnUntraced(function* (messages: ReadonlyArray<Delivered>) {
        const read = decodeBatch(messages, incomingEvent)
        const answers = yield* accept(read.values)
        const refused = read.messages.flatMap((message, i) => {
          const answer = answers[i]
          return answer !== undefined && Result.isFailure(answer) ? [{ message, ...answer.failure }] : []
        })
        const dead = [...read.undecodable, ...refused].map(toDeadMessage(planner))
        if (dead.length > 0) yield* letters.record(dead)
        counts.refused += dead.length
        const fresh = answers.filter(Result.isSuccess).filter(({ success }) => success.isNew)
        const byId = new Map(fresh.map(({ success }) => [success.eventId, success.jobsCount]))
        counts.accepted += byId.size
        for (const jobsCount of byId.values()) counts.messages += jobsCount
      })
    )
    return { read, ...counts }
  })

  /** Only of those that are dead by what was announced: the others' rows are not asked for. */
  const lettersOf = Effect.fnUntraced(function* (corrected: ReadonlyArray<Correction>) {
    const outcomes = new Map(corrected.map(({ outcome }) => [outcome.message_id, outcome]))
    const rows = yield* ledger.find(
      [...outcomes.values()].filter(isDeath).map(({ message_id }) => message_id)
    )
    return rows.flatMap((row) => {
      const outcome = outcomes.get(row.message_id)
      return outcome === undefined ? [] : [letterOf(row, outcome)]
    })
  })

  const replayOutcomes = Effect.gen(function* () {
    const counts = { settled: 0, withoutMessage: 0 }
    const read = yield* streams.read(
      { stream: "OUTCOMES", filter: "outcomes.>" },
      Effect.fnUntraced(function* (messages: ReadonlyArray<Delivered>) {
        const outcomes = messages.flatMap(parseOutcome)
        const ids = [...new Set(outcomes.map(({ message_id }) => message_id))]
        const rows = yield* repository.standings(ids)
        counts.withoutMessage += ids.length - rows.length
        const corrected = corrections(rows, outcomes)
        counts.settled += yield* repository.correct(corrected, yield* lettersOf(corrected))
      })
    )
    return { read, ...counts }
  })

  return { replayEvents, replayOutcomes }
})
