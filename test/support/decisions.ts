/** Messages and events that died or are in doubt, and what operators say about them over HTTP. */

import { randomUUID } from "node:crypto"

import { DateTime, Effect } from "effect"

import { type JobId, WorkerId } from "#schemas/Ids.ts"
import { type Attempt } from "#src/domain/Attempt.ts"
import { type DeadMessage, letterOfMessage } from "#src/domain/burial.ts"
import { afterAttempt } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { DeadLetterRepository } from "#src/repositories/DeadLetterRepository.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { call, each } from "#test/support/httpCall.ts"
import { sampleAttempt } from "#test/support/jobs.ts"
import { ask, plant, readyJob, rowOf, type Seed } from "#test/support/ledger.ts"

const worker = WorkerId.make(randomUUID())
export const refused = sampleAttempt({
  result: "permanent",
  phase: "rcpt",
  enhanced_code: "5.1.1",
  provider_message: "no such user"
})
const now = () => toInstant(DateTime.toEpochMillis(DateTime.nowUnsafe()))
export const together = { concurrency: "unbounded" } as const

/** A row whose next attempt ended so. */
export const tried = Effect.fnUntraced(function* (id: JobId, attempt: Attempt = refused) {
  const ledger = yield* Ledger
  const before = yield* rowOf(id)
  yield* ledger.start([{ ...readyJob(id, before.attempt), generation: before.generation }], worker)
  const row = yield* rowOf(id)
  const ended = { ...attempt, attempt: row.attempt, finished_at: now() }
  yield* ledger.settle([afterAttempt({ owner: worker, row }, ended)])
  return row
})

export const letterOf = Effect.fnUntraced(function* (id: JobId, state = "open") {
  const reply = yield* call({ path: `/api/v1/dead-letters?job_id=${id}&state=${state}` })
  return String(each(reply, "dead_letters", "dead_letter_id")[0])
})

/** A job that died at its first attempt, and its letter. */
export const dead = Effect.fnUntraced(function* (seed: Partial<Seed> = {}) {
  const id = yield* plant(seed)
  yield* tried(id)
  return { id, letter: yield* letterOf(id) }
})

export const inDoubt = Effect.fnUntraced(function* (seed: Partial<Seed> = {}) {
  const id = yield* plant({ message_class: "campaign", ...seed })
  yield* tried(id, { ...refused, result: "unknown", phase: "final_dot", provider_message: "reset" })
  return id
})

export const replay = (letter: string) =>
  call({ method: "POST", path: `/api/v1/dead-letters/${letter}/replay` })
export const resolve = (id: JobId, body: unknown) => call({ path: `/api/v1/deliveries/${id}/resolve`, body })
export const story = (id: JobId) => call({ path: `/api/v1/deliveries/${id}` })

export const countersOf = (execution: string) =>
  ask(
    (sql) => sql<Array<{ status: string; count: number }>>`
      select status, sum(count)::bigint as count from campaign.execution_counters where execution_id = ${execution}
      group by status having sum(count) <> 0 order by status`
  )

/** A dead event as the consumer records it. */
export const buryEvent = Effect.fnUntraced(function* (event: unknown, rest: Partial<DeadMessage> = {}) {
  const message: DeadMessage = {
    stream: "EVENTS",
    consumer: "plan-events",
    sequence: Math.floor(Math.random() * 1e9),
    timestamp: Date.parse(now()) - 60_000,
    subject: "events.default.user_registered",
    reason: "invalid_payload",
    detail: "payload.user_id: expected a string",
    deliveries: 1,
    headers: {},
    body: new TextEncoder().encode(typeof event === "string" ? event : JSON.stringify(event)),
    ...rest
  }
  const letter = letterOfMessage(message, now())
  yield* DeadLetterRepository.use((letters) => letters.insert([letter]))
  return { letter: letter.dead_letter_id, storedAt: message.timestamp }
})
