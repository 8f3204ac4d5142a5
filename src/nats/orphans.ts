/** Messages of a work queue that its durable has given up and that lie there, invisible, for ever. */

import { Effect, Option } from "effect"

import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"

import { findConsumer } from "./reconcile.ts"
import { orNone, notFound, request } from "./request.ts"

/** What it reads of its stream. */
export const filtersOf = ({ filterSubjects }: ConsumerDefinition): ReadonlyArray<string> =>
  filterSubjects.length > 0 ? filterSubjects : [">"]

/** The next message of `filter` from `sequence` on. */
const nextOf = (stream: string, filter: string, sequence: number) => {
  const query = { seq: sequence, next_by_subj: filter }
  return request("find the next message", (manager) => manager.streams.getMessage(stream, query)).pipe(
    orNone(notFound.stream),
    Effect.map(Option.flatMapNullishOr((message) => message?.seq))
  )
}

/** Those of one filter up to `last`, oldest first. */
const upTo = Effect.fnUntraced(function* (stream: string, filter: string, last: number) {
  const sequences: Array<number> = []
  let next = yield* nextOf(stream, filter, 1)
  while (Option.isSome(next) && next.value <= last) {
    sequences.push(next.value)
    next = yield* nextOf(stream, filter, next.value + 1)
  }
  return sequences
})

/**
 * What its durable was delivered, awaits no answer for, and is still in the work queue. Which messages are
 * awaited the server does not tell (and its ack floor stays below the first orphan), so there is an answer
 * only while none is: ask at intervals. One request a filter, and one more for each orphan.
 */
export const findOrphans = Effect.fnUntraced(function* (definition: ConsumerDefinition) {
  const found = yield* findConsumer(definition)
  if (Option.isNone(found) || found.value.num_ack_pending > 0) return []
  const last = found.value.delivered.stream_seq
  const sequences = yield* Effect.forEach(filtersOf(definition), (filter) =>
    upTo(definition.stream.name, filter, last)
  )
  return sequences.flat().toSorted((a, b) => a - b)
})
