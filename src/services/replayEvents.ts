/**
 * Dead events take the way in that refused them, with their own subject, headers and instant. Accepted first, closed after:
 * a kill between leaves a letter that can be replayed, to no effect but its state.
 */

import { Effect, Result } from "effect"

import { type DeadLetterId } from "#schemas/Ids.ts"
import { type Order } from "#src/domain/decide.ts"
import { instantOf } from "#src/domain/ids.ts"
import { refusedAgain, type Rejected } from "#src/domain/Rejected.ts"
import {
  type DeadBody,
  type LetterToDecide,
  type OpenLetterRepository
} from "#src/repositories/OpenLetterRepository.ts"

import { incomingEvent } from "./incomingEvent.ts"
import { type IncomingEvent } from "./planBatch.ts"
import { type Planning } from "./Planning.ts"
import { type Replayed } from "./replayLetters.ts"

/** Events whose bodies, of up to 256 KiB, are in memory together. */
const eventsAtOnce = 50

interface Readable {
  readonly id: DeadLetterId
  readonly event: IncomingEvent
}

type Read = Result.Result<Readable, { readonly id: DeadLetterId; readonly why: Rejected }>

/** The id of its letter was derived from the instant at which the stream stored it. */
const read = ({ body, dead_letter_id: id, headers, subject }: DeadBody): Read =>
  Result.mapBoth(incomingEvent({ data: body, headers, subject, timestamp: Date.parse(instantOf(id)) }), {
    onSuccess: (event) => ({ id, event }),
    onFailure: (refusal) => ({ id, why: refusedAgain({ ...refusal, errors: [] }) })
  })

type Answers = Effect.Success<ReturnType<Planning["Service"]["accept"]>>

/** Null where it was accepted. Planning answers each. */
const refusalOf = (answer: Answers[number] | undefined): Rejected | null =>
  answer !== undefined && Result.isFailure(answer) ? refusedAgain(answer.failure) : null

export const makeReplayEvents = (planning: Planning["Service"], letters: OpenLetterRepository["Service"]) => {
  const replaySome = Effect.fnUntraced(function* (dead: ReadonlyArray<LetterToDecide>, order: Order) {
    const bodies = yield* letters.bodies(dead.map(({ dead_letter_id }) => dead_letter_id))
    const reads = bodies.map(read)
    const readable = reads.flatMap((one) => (Result.isSuccess(one) ? [one.success] : []))
    const answers = yield* planning.accept(readable.map(({ event }) => event))
    const judged = readable.map(({ id }, i) => ({ id, refusal: refusalOf(answers[i]) }))
    const closed = yield* letters.close(
      judged.filter(({ refusal }) => refusal === null).map(({ id }) => id),
      { ...order, state: "replayed" }
    )
    return [
      ...reads.flatMap((one): ReadonlyArray<Replayed> =>
        Result.isFailure(one) ? [[one.failure.id, Result.fail(one.failure.why)]] : []
      ),
      ...judged.map(({ id, refusal }): Replayed => [
        id,
        refusal === null ? Result.succeed(closed.has(id)) : Result.fail(refusal)
      ])
    ]
  })

  return Effect.fnUntraced(function* (dead: ReadonlyArray<LetterToDecide>, order: Order) {
    const replayed: Array<Replayed> = []
    for (let from = 0; from < dead.length; from += eventsAtOnce)
      replayed.push(...(yield* replaySome(dead.slice(from, from + eventsAtOnce), order)))
    return replayed
  })
}
