/** Settle: what is written once, by whom, and with what. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Array, Effect } from "effect"

import { type JobId, WorkerId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type Outcome } from "#schemas/Outcome.ts"
import { type Attempt } from "#src/domain/Attempt.ts"
import { afterAttempt, afterJudgement, afterWorkerDied, unsendable } from "#src/domain/fate.ts"
import { type Settlement } from "#src/domain/Settlement.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { sampleAttempt } from "#test/support/jobs.ts"
import {
  ask,
  forgotten,
  ledgerLayer,
  newOrganization,
  plant,
  plantExecution,
  readyJob,
  rowOf,
  type Seed,
  setExecution
} from "#test/support/ledger.ts"

const worker = WorkerId.make(randomUUID())
const now = sampleAttempt().finished_at

/** Planted and started by `worker`. */
const started = Effect.fnUntraced(function* (seed: Partial<Seed> = {}) {
  const id = yield* plant(seed)
  yield* Ledger.use((ledger) => ledger.start([readyJob(id, seed.attempt ?? 0)], worker))
  return yield* rowOf(id)
})

const settle = (...settlements: ReadonlyArray<Settlement>) =>
  Effect.map(
    Ledger.use((ledger) => ledger.settle(settlements)),
    (rows) => [...rows]
  )

/** Everything that a settle writes beside the row. */
const effectsOf = Effect.fnUntraced(function* (id: JobId) {
  const [row] = yield* ask(
    (sql) => sql<Array<Record<"archived" | "letters" | "copies" | "jobs" | "outcomes", number>>>`
      select
        (select count(*) from campaign.delivery_attempts where message_id = ${id}) as archived,
        (select count(*) from dead_letters where job_id = ${id}) as letters,
        (select count(*) from outbox join dead_letters on dead_letter_id = any(keys)
          where kind = 'dead_letters' and job_id = ${id}) as copies,
        (select count(*) from outbox where kind = 'jobs' and ${id}::uuid = any(keys)) as jobs,
        (select count(*) from outbox where kind = 'outcomes' and ${id}::uuid = any(keys)) as outcomes`
  )
  return { ...row }
})

const countersOf = (execution: string) =>
  ask(
    (sql) => sql<Array<{ status: string; count: number }>>`
      select status, sum(count)::bigint as count from campaign.execution_counters where execution_id = ${execution}
      group by status order by status`
  )

const transient = sampleAttempt({ result: "transient", phase: "connect", provider_message: "busy" })
const refused = sampleAttempt({ result: "permanent", phase: "rcpt", enhanced_code: "5.1.1" })

const ended = { jobs: 1, outcomes: 1, archived: 0, letters: 0, copies: 0 }
const died = { ...ended, letters: 1, copies: 1 }

interface Case {
  readonly seed?: Partial<Seed>
  readonly attempt: Attempt
  readonly status: string
  readonly effects: Record<string, number>
}

layer(ledgerLayer)("Ledger.settle", (it) => {
  it.effect.each<Case>([
    { attempt: sampleAttempt(), status: "sent", effects: ended },
    { attempt: refused, status: "bounced", effects: died },
    { attempt: { ...refused, phase: "final_dot", enhanced_code: "5.7.1" }, status: "failed", effects: died },
    { attempt: transient, status: "retrying", effects: { ...ended, jobs: 2, outcomes: 0, archived: 1 } },
    { seed: { max_attempts: 1 }, attempt: transient, status: "dead", effects: died },
    {
      seed: { message_class: "campaign" },
      attempt: { ...transient, result: "unknown" },
      status: "unknown",
      effects: ended
    }
  ])("writes $status once, with everything that follows from it", ({ attempt, effects, seed, status }) =>
    Effect.gen(function* () {
      const execution_id = yield* plantExecution("running")
      const row = yield* started({ ...seed, execution_id })
      const settlement = afterAttempt({ owner: worker, row }, attempt)
      assert.deepStrictEqual(yield* settle(settlement), [
        { message_id: row.message_id, status: settlement.status, channel: "email" }
      ])
      const after = yield* rowOf(row.message_id)
      assert.deepStrictEqual([after.status, after.attempt, after.retry_at], [status, 1, settlement.retry_at])
      assert.deepStrictEqual(yield* effectsOf(row.message_id), effects)
      const counted = status === "retrying" ? [] : [{ status, count: 1 }]
      assert.deepStrictEqual(yield* countersOf(execution_id), counted)
      // The COMMIT's reply was lost: the same again.
      assert.deepStrictEqual(yield* settle(settlement), [])
      assert.deepStrictEqual(yield* effectsOf(row.message_id), effects)
      assert.deepStrictEqual(yield* countersOf(execution_id), counted)
    })
  )

  it.effect("settles what can never be started, without an attempt", () =>
    Effect.gen(function* () {
      const id = yield* plant()
      const row = yield* rowOf(id)
      const settlement = unsendable(row, { reason: "no_contact", detail: "nobody" }, now)
      assert.lengthOf(yield* settle(settlement), 1)
      assert.deepInclude(yield* rowOf(id), { status: "failed", attempt: 0 })
      assert.deepStrictEqual(yield* effectsOf(id), died)
      assert.lengthOf(yield* settle(settlement), 0)
    })
  )

  it.effect("writes nothing for a worker that lost the row", () =>
    Effect.gen(function* () {
      const row = yield* started()
      const elsewhere = afterAttempt({ owner: WorkerId.make(randomUUID()), row }, refused)
      const earlier = afterAttempt({ owner: worker, row: { ...row, attempt: 0 } }, refused)
      const never = unsendable(row, { reason: "no_contact", detail: "nobody" }, now)
      assert.deepStrictEqual(yield* settle(elsewhere), [])
      assert.deepStrictEqual(yield* settle(earlier), [])
      assert.deepStrictEqual(yield* settle(never), [])
      assert.deepInclude(yield* rowOf(row.message_id), { status: "sending", attempt: 1, worker })
      assert.deepStrictEqual(yield* effectsOf(row.message_id), { ...ended, outcomes: 0 })
    })
  )

  it.effect("lets one of two who settle the same row write", () =>
    Effect.gen(function* () {
      const row = yield* started()
      const both = [
        settle(afterAttempt({ owner: worker, row }, refused)),
        settle(afterWorkerDied(row, worker, now))
      ]
      const written = yield* Effect.all(both, { concurrency: "unbounded" })
      assert.lengthOf(written.flat(), 1)
      const isBounced = (yield* rowOf(row.message_id)).status === "bounced"
      assert.deepStrictEqual(
        yield* effectsOf(row.message_id),
        isBounced ? died : { ...ended, jobs: 2, outcomes: 0, archived: 1 }
      )
    })
  )

  it.effect("cancels what would go on where its execution is cancelled, and nothing that ended", () =>
    Effect.gen(function* () {
      const execution_id = yield* plantExecution("running")
      const [retrying, queued, sent] = [
        yield* started({ execution_id }),
        yield* started({ execution_id }),
        yield* started({ execution_id })
      ]
      yield* setExecution(execution_id, "cancelled")
      yield* settle(
        afterAttempt({ owner: worker, row: retrying }, transient),
        afterWorkerDied(queued, worker, now),
        afterAttempt({ owner: worker, row: sent }, sampleAttempt())
      )
      const after = yield* Effect.forEach([retrying, queued, sent], ({ message_id }) => rowOf(message_id))
      assert.deepStrictEqual(
        after.map(({ retry_at, status }) => [status, retry_at]),
        [
          ["cancelled", null],
          ["cancelled", null],
          ["sent", null]
        ]
      )
      assert.deepStrictEqual(yield* countersOf(execution_id), [
        { status: "cancelled", count: 2 },
        { status: "sent", count: 1 }
      ])
      const [reason] = yield* ask(
        (sql) => sql<Array<{ reason: string }>>`
          select reason from campaign.campaign_messages where message_id = ${retrying.message_id}`
      )
      assert.strictEqual(reason?.reason, "execution_cancelled")
    })
  )

  it.effect("settles a refusal of the start only while the row still waits", () =>
    Effect.gen(function* () {
      const id = yield* plant()
      const expired = afterJudgement(yield* rowOf(id), "expired", now)
      if (expired === null) return assert.fail("it settles nothing")
      yield* Ledger.use((ledger) => ledger.start([readyJob(id)], worker))
      assert.deepStrictEqual(yield* settle(expired), [])
      yield* Ledger.use((ledger) => ledger.giveBack([readyJob(id)], worker))
      assert.lengthOf(yield* settle(expired), 1)
      assert.strictEqual((yield* rowOf(id)).status, "expired")
    })
  )
})

layer(ledgerLayer)("Ledger.settle, for others", (it) => {
  it.effect("says in the register what was true then", () =>
    Effect.gen(function* () {
      const organization_id = yield* newOrganization
      const row = yield* started({ organization_id, campaign_id: "cmp_1" })
      yield* settle(afterAttempt({ owner: worker, row }, refused))
      const [announced] = yield* ask(
        (sql) => sql<Array<{ entries: ReadonlyArray<Outcome>; settled_at: Instant }>>`
          select entries, settled_at from outbox, campaign.campaign_messages m
          where kind = 'outcomes' and m.message_id = any(keys) and m.message_id = ${row.message_id}`
      )
      if (announced === undefined) return assert.fail("nothing was announced")
      const expected: Outcome = {
        organization_id,
        campaign_id: "cmp_1",
        execution_id: null,
        message_id: row.message_id,
        user_id: row.user_id,
        channel: "email",
        status: "bounced",
        reason: "rejected",
        attempt: 1,
        at: announced.settled_at
      }
      assert.deepStrictEqual(announced.entries, [expected])
    })
  )

  it.effect("keeps every attempt that did not end the job, and the last one in the row", () =>
    Effect.gen(function* () {
      const id = yield* plant({ retry_delays_seconds: [0] })
      for (const attempt of [1, 2, 3]) {
        yield* Ledger.use((ledger) => ledger.start([readyJob(id, attempt - 1)], worker))
        yield* settle(
          afterAttempt(
            { owner: worker, row: yield* rowOf(id) },
            attempt === 3
              ? sampleAttempt({ attempt })
              : { ...transient, attempt, provider_message: `busy ${attempt}` }
          )
        )
        yield* ask(
          (sql) => sql`update campaign.campaign_messages set retry_at = null where message_id = ${id}`
        )
      }
      const archived = yield* ask(
        (sql) => sql<Array<{ attempt: number; result: string; provider_message: string }>>`
          select attempt, result, provider_message from campaign.delivery_attempts where message_id = ${id} order by attempt`
      )
      assert.deepStrictEqual(
        archived,
        [1, 2].map((attempt) => ({ attempt, result: "transient", provider_message: `busy ${attempt}` }))
      )
      const [last] = yield* ask(
        (sql) => sql<Array<Record<string, unknown>>>`
          select status, attempt, result, phase, provider_code, sent_at, settled_at is not null as is_settled
          from campaign.campaign_messages where message_id = ${id}`
      )
      assert.deepStrictEqual(
        { ...last },
        {
          status: "sent",
          attempt: 3,
          result: "sent",
          phase: "accepted",
          provider_code: 250,
          sent_at: sampleAttempt().finished_at,
          is_settled: true
        }
      )
    })
  )

  it.effect("counts many in one statement, in shards that add up", () =>
    Effect.gen(function* () {
      const execution_id = yield* plantExecution("running")
      const rows = yield* Effect.forEach(Array.range(1, 60), () => started({ execution_id }))
      const batches = Array.chunksOf(rows, 10)
      yield* Effect.forEach(
        batches,
        (batch) => settle(...batch.map((row) => afterAttempt({ owner: worker, row }, sampleAttempt()))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(yield* countersOf(execution_id), [{ status: "sent", count: 60 }])
      assert.deepStrictEqual(yield* settle(), [])
      assert.deepStrictEqual(yield* forgotten, [])
    })
  )
})
