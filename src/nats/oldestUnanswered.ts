/** How long the oldest message has waited for a durable: two requests, however long the stream is. */

import { Effect, Option } from "effect"

import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"

import { filtersOf } from "./orphans.ts"
import { findConsumer } from "./reconcile.ts"
import { notFound, orNone, request } from "./request.ts"

const storedAt = (stream: string, filter: string, sequence: number) => {
  const query = { seq: sequence, next_by_subj: filter }
  return request("find the oldest message", (manager) => manager.streams.getMessage(stream, query)).pipe(
    orNone(notFound.stream, notFound.message),
    Effect.map(Option.flatMapNullishOr((message) => message?.time.getTime()))
  )
}

/**
 * When it was stored, in milliseconds since 1970; none where nothing waits. All up to the durable's ack floor is
 * answered, and what is answered after it is gone from a work queue.
 */
export const findOldestUnanswered = Effect.fnUntraced(function* (definition: ConsumerDefinition) {
  const found = yield* findConsumer(definition)
  if (Option.isNone(found)) return Option.none<number>()
  const { ack_floor, num_ack_pending, num_pending } = found.value
  if (num_pending + num_ack_pending === 0) return Option.none<number>()
  const times = yield* Effect.forEach(filtersOf(definition), (filter) =>
    storedAt(definition.stream.name, filter, ack_floor.stream_seq + 1)
  )
  const known = times.flatMap(Option.toArray)
  return known.length === 0 ? Option.none<number>() : Option.some(Math.min(...known))
})
