/**
 * Dead events take the way in that refused them, with their own subject, headers and instant. Accepted and closed in one
 * transaction, which holds the letters: what is discarded meanwhile is not planned, and the other way round.
 */

import { Effect, Result } from "effect"

import { type DeadLetterId } from "#schemas/Ids.ts"
import { type Order } from "#src/domain/decide.ts"
import { instantOf } from "#src/domain/ids.ts"
import { refusedAgain, type Rejected } from "#src/domain/Rejected.ts"
import { EventRepository } from "#src/repositories/EventRepository.ts"
import {
  type DeadBody,
  type LetterToDecide,
  OpenLetterRepository
} from "#src/repositories/OpenLetterRepository.ts"

import { type Answer, makeAccept } from "./acceptEvents.ts"
import { BuiltIns } from "./BuiltIns.ts"
import { incomingEvent } from "./incomingEvent.ts"
import { OpenWork } from "./OpenWork.ts"
import { type IncomingEvent } from "./planBatch.ts"
import { type Replayed, someoneWasFaster } from "./replayLetters.ts"

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

/** Null where it was accepted. Planning answers each. */
const refusalOf = (answer: Answer | undefined): Rejected | null =>
  answer !== undefined && Result.isFailure(answer) ? refusedAgain(answer.failure) : null

export const makeReplayEvents = Effect.gen(function* () {
  const letters = yield* OpenLetterRepository
  const repository = yield* EventRepository
  const builtIns = yield* BuiltIns
  const work = yield* OpenWork
  const accept = yield* makeAccept

  /** Planning remembers what it has made of these: it must not be undone with a transaction. */
  const prepare = Effect.fnUntraced(function* (events: ReadonlyArray<IncomingEvent>) {
    yield* builtIns.ensure(events.map(({ organizationId }) => organizationId))
    yield* repository.ensurePartitions(events.map(({ acceptedAt }) => acceptedAt))
  })

  const acceptOpen = Effect.fnUntraced(function* (readable: ReadonlyArray<Readable>, order: Order) {
    const open = yield* letters.lockOpen(readable.map(({ id }) => id))
    const mine = readable.filter(({ id }) => open.has(id))
    const answers = yield* accept(mine.map(({ event }) => event))
    const judged = mine.map(({ id }, i) => ({ id, refusal: refusalOf(answers[i]) }))
    const accepted = judged.filter(({ refusal }) => refusal === null).map(({ id }) => id)
    yield* letters.close(accepted, { ...order, state: "replayed" })
    return new Map(
      judged.map(({ id, refusal }) => [id, refusal === null ? Result.succeed(true) : Result.fail(refusal)])
    )
  })

  const replaySome = Effect.fnUntraced(function* (dead: ReadonlyArray<LetterToDecide>, order: Order) {
    const reads = (yield* letters.bodies(dead.map(({ dead_letter_id }) => dead_letter_id))).map(read)
    const readable = reads.flatMap((one) => (Result.isSuccess(one) ? [one.success] : []))
    yield* prepare(readable.map(({ event }) => event))
    const judged = yield* letters.transaction(acceptOpen(readable, order))
    work.ring("jobs", "events")
    return reads.map((one): Replayed =>
      Result.isFailure(one)
        ? [one.failure.id, Result.fail(one.failure.why)]
        : [one.success.id, judged.get(one.success.id) ?? someoneWasFaster]
    )
  })

  return Effect.fnUntraced(function* (dead: ReadonlyArray<LetterToDecide>, order: Order) {
    const replayed: Array<Replayed> = []
    for (let from = 0; from < dead.length; from += eventsAtOnce)
      replayed.push(...(yield* replaySome(dead.slice(from, from + eventsAtOnce), order)))
    return replayed
  })
})
