/** Whatever happens to a few rows in whatever order, no open job is forgotten and every count is right. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Array, Effect, Option, Schema } from "effect"

import { type JobId, WorkerId } from "#schemas/Ids.ts"
import { type Status } from "#schemas/Status.ts"
import { AttemptResult } from "#src/domain/Attempt.ts"
import { afterAttempt, afterJudgement, afterWorkerDied } from "#src/domain/fate.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { at, sampleAttempt } from "#test/support/jobs.ts"
import {
  ask,
  forgotten,
  ledgerLayer,
  plant,
  plantExecution,
  readyJob,
  rowOf,
  setExecution
} from "#test/support/ledger.ts"

const now = at("2026-11-21T12:00:00.000Z")
const workers = [WorkerId.make(randomUUID()), WorkerId.make(randomUUID())]

const Index = (count: number) => Schema.Literals(Array.range(0, count - 1))
const jobs = 3

/** Of one job, by one of the workers; or of the register as a whole. */
const Command = Schema.Struct({
  name: Schema.Literals([
    "start",
    "start",
    "start",
    "settle",
    "settle",
    "settle",
    "give back",
    "worker dies",
    "announce",
    "reconcile",
    "forget",
    "pause",
    "resume",
    "cancel"
  ]),
  job: Index(jobs),
  worker: Index(2),
  result: AttemptResult
})
type Command = typeof Command.Type

/** A row of each class within an execution, and one without. */
const plantWorld = Effect.gen(function* () {
  const execution_id = yield* plantExecution("running")
  const retry_delays_seconds = [0]
  const ids = [
    yield* plant({ execution_id, message_class: "campaign", max_attempts: 3, retry_delays_seconds }),
    yield* plant({ execution_id, max_attempts: 3, retry_delays_seconds }),
    yield* plant({ max_attempts: 2, retry_delays_seconds })
  ]
  return { execution_id, ids }
})

const announceAll = OutboxRepository.use((outbox) =>
  Effect.flatMap(outbox.lease("jobs", 1000), (rows) => outbox.announced(rows))
)

const reconcile = Effect.gen(function* () {
  yield* announceAll
  yield* ask((sql) => sql`update outbox set check_at = now() where announced_at is not null`)
  yield* OutboxRepository.use((outbox) => outbox.reconcile(1000))
})

/** What a worker does with a hint: load, start; what the start refuses for good is settled. */
const start = Effect.fnUntraced(function* (id: JobId, worker: WorkerId) {
  const ledger = yield* Ledger
  const row = yield* rowOf(id)
  const [said] = yield* ledger.start([readyJob(id, row.attempt)], worker)
  const settled = Option.fromNullishOr(said === undefined ? null : afterJudgement(row, said.judgement, now))
  if (Option.isSome(settled)) yield* ledger.settle([settled.value])
})

/** The end of an attempt, as the worker remembers it: also of one that was taken from it meanwhile. */
const settle = Effect.fnUntraced(function* (id: JobId, worker: WorkerId, result: AttemptResult) {
  const attempt = sampleAttempt({ result, phase: result === "sent" ? "accepted" : "final_dot" })
  const row = yield* rowOf(id)
  yield* Ledger.use((ledger) => ledger.settle([afterAttempt({ owner: worker, row }, attempt)]))
})

const workerDies = Effect.fnUntraced(function* (id: JobId, worker: WorkerId) {
  const row = yield* rowOf(id)
  if (row.worker === worker && row.status === "sending")
    yield* Ledger.use((ledger) => ledger.settle([afterWorkerDied(row, worker, now)]))
})

const giveBack = Effect.fnUntraced(function* (id: JobId, worker: WorkerId) {
  const { attempt } = yield* rowOf(id)
  yield* Ledger.use((ledger) => ledger.giveBack([readyJob(id, attempt - 1)], worker))
})

type World = Effect.Success<typeof plantWorld>

const byName = {
  start: (id: JobId, worker: WorkerId) => start(id, worker),
  "give back": giveBack,
  "worker dies": workerDies,
  announce: () => announceAll,
  reconcile: () => reconcile,
  forget: () => OutboxRepository.use((outbox) => outbox.forget(["JOBS_EMAIL"]))
}

const states = { pause: "paused", resume: "running", cancel: "cancelled" } as const

const run = Effect.fnUntraced(function* (
  { job, name, result, worker: w }: Command,
  { execution_id, ids }: World
) {
  const [id, worker] = [ids[job], workers[w]]
  if (id === undefined || worker === undefined) return yield* Effect.die("out of range")
  if (name === "settle") yield* settle(id, worker, result)
  else if (name === "pause" || name === "resume" || name === "cancel")
    yield* setExecution(execution_id, states[name])
  else yield* byName[name](id, worker)
})

const open: ReadonlySet<Status> = new Set(["queued", "sending", "retrying"])

/** The counters of the execution say exactly what its rows say, and each ended row was announced once. */
const checkCounts = Effect.fnUntraced(function* ({ execution_id, ids }: World) {
  const rows = yield* Effect.forEach(ids, rowOf)
  const counted = yield* ask(
    (sql) => sql<Array<{ status: Status; count: number }>>`
      select status, sum(count)::int as count from campaign.execution_counters where execution_id = ${execution_id}
      group by status`
  )
  const ended = rows.filter((row) => !open.has(row.status))
  const ofExecution = ended.filter((row) => row.execution_id !== null)
  const said = Object.fromEntries(counted.map(({ count, status }) => [status, count]))
  const expected = Object.fromEntries(
    [...new Set(ofExecution.map(({ status }) => status))].map((status) => [
      status,
      ofExecution.filter((row) => row.status === status).length
    ])
  )
  assert.deepStrictEqual(said, expected)
  const [announced] = yield* ask(
    (sql) => sql<Array<{ count: number }>>`
      select count(*)::int as count from outbox cross join unnest(keys) as k (id)
      where kind = 'outcomes' and id = any(${ids}::uuid[])`
  )
  assert.strictEqual(announced?.count, ended.length)
})

layer(ledgerLayer)("the ledger", (it) => {
  it.effect.prop(
    "forgets no open job and counts each end once, whatever happens",
    [Schema.Array(Command).check(Schema.isMinLength(5), Schema.isMaxLength(40))],
    ([commands]) =>
      Effect.gen(function* () {
        const world = yield* plantWorld
        for (const command of commands) {
          yield* run(command, world)
          const lost = yield* forgotten
          assert.deepStrictEqual(lost, [], `after ${command.name}`)
        }
        yield* checkCounts(world)
        const attempts = (yield* Effect.forEach(world.ids, rowOf)).map(
          ({ attempt, max_attempts }) => attempt <= max_attempts
        )
        assert.notInclude(attempts, false)
      }),
    { arbitrary: { runs: 60 } }
  )

  it.effect("would be seen to forget", () =>
    Effect.gen(function* () {
      const id = yield* plant()
      yield* ask((sql) => sql`delete from outbox where keys = array[${id}::uuid]`)
      assert.deepStrictEqual(yield* forgotten, [{ message_id: id, status: "queued" }])
    })
  )
})
