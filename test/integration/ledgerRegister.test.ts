/** The register of open work: leased, announced, looked at again, and never without the id of an open job. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { WorkerId } from "#schemas/Ids.ts"
import { afterAttempt } from "#src/domain/fate.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { type Leased } from "#src/repositories/outboxQueries.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { sampleAttempt } from "#test/support/jobs.ts"
import {
  ask,
  drawJobId,
  forgotten,
  ledgerLayer,
  plant,
  readyJob,
  rowOf,
  type Seed
} from "#test/support/ledger.ts"

const far = "2999-01-01T00:00:00.000Z"
const all = 1_000_000

interface RegisterRow {
  readonly outbox_id: number
  readonly keys: ReadonlyArray<string>
  readonly announced: boolean
  readonly due_at: string | null
  /** Seconds until the reconciler looks at it. */
  readonly check_in: number | null
}

/** The rows of the register that hold one of the jobs. */
const register = (ids: ReadonlyArray<string>) =>
  ask(
    (sql) => sql<Array<RegisterRow>>`
      select outbox_id, keys, announced_at is not null as announced, due_at,
        round(extract(epoch from check_at - now()))::float8 as check_in
      from outbox where kind = 'jobs' and keys && ${ids}::uuid[] order by outbox_id`
  )

const theRow = Effect.fnUntraced(function* (id: string) {
  const [row] = yield* register([id])
  return row ?? (yield* Effect.die(`no row of the register holds ${id}`))
})

const leaseAll = OutboxRepository.use((outbox) => outbox.lease("jobs", all))
const announceAll = Effect.flatMap(leaseAll, (rows) =>
  OutboxRepository.use((outbox) => outbox.announced(rows))
)
/** The time to look at all that was announced has come, but for what is due later. */
const passTime = ask(
  (sql) =>
    sql`update outbox set check_at = now() - interval '1 second' where check_at < now() + interval '1 year'`
)
const reconcileAll = OutboxRepository.use((outbox) => outbox.reconcile(all))

/** One row of the register for several jobs. */
const plantTogether = Effect.fnUntraced(function* (seeds: ReadonlyArray<Partial<Seed>>) {
  const ids = yield* Effect.forEach(seeds, plant)
  yield* ask((sql) => sql`delete from outbox where keys && ${ids}::uuid[]`)
  yield* ask(
    (sql) => sql`insert into outbox (kind, stream, keys) values ('jobs', 'JOBS_EMAIL', ${ids}::uuid[])`
  )
  return ids
})

layer(ledgerLayer)("OutboxRepository.lease", (it) => {
  it.effect("gives each row to one, however many ask", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.forEach(Array.from({ length: 50 }), () => plant())
      const leases = yield* Effect.all(
        Array.from({ length: 10 }, () => OutboxRepository.use((outbox) => outbox.lease("jobs", 10))),
        { concurrency: "unbounded" }
      )
      const leased = leases.flat().flatMap(({ keys }) => keys)
      assert.lengthOf(new Set(leased), leased.length)
      assert.isTrue(leased.every((id) => ids.some((one) => one === id)))
      yield* leaseAll
      assert.isEmpty(yield* leaseAll)
    })
  )

  it.effect("begins with the oldest, and leaves other kinds alone", () =>
    Effect.gen(function* () {
      yield* announceAll
      const [first, second] = [yield* plant(), yield* plant()]
      yield* ask(
        (sql) =>
          sql`insert into outbox (kind, stream, keys) values ('dead_letters', 'DLQ', array[gen_random_uuid()])`
      )
      const [oldest, ...others] = yield* OutboxRepository.use((outbox) => outbox.lease("jobs", 1))
      assert.deepStrictEqual(oldest?.keys, [first])
      assert.isEmpty(others)
      assert.deepStrictEqual(
        (yield* leaseAll).map(({ keys }) => keys),
        [[second]]
      )
    })
  )

  it.effect("ends after 30 s, or when it is released", () =>
    Effect.gen(function* () {
      const id = yield* plant()
      const ours = (yield* leaseAll).filter(({ keys }) => keys.includes(id))
      assert.isEmpty(yield* leaseAll)
      yield* OutboxRepository.use((outbox) => outbox.release(ours))
      assert.lengthOf(yield* leaseAll, 1)
      yield* ask((sql) => sql`update outbox set leased_until = leased_until - interval '29 seconds'`)
      assert.isEmpty(yield* leaseAll)
      yield* ask((sql) => sql`update outbox set leased_until = leased_until - interval '1 second'`)
      assert.isNotEmpty(yield* leaseAll)
    })
  )
})

layer(ledgerLayer)("OutboxRepository.reconcile", (it) => {
  it.effect("drops what is settled and announces the rest again, at doubling intervals", () =>
    Effect.gen(function* () {
      const [open, sent, sending] = yield* plantTogether([{}, { status: "sent" }, { status: "sending" }])
      const intervals: Array<number | null> = []
      for (let look = 0; look < 6; look++) {
        yield* announceAll
        intervals.push((yield* theRow(open ?? "")).check_in)
        yield* passTime
        assert.isAbove(yield* reconcileAll, 0)
        const row = yield* theRow(open ?? "")
        assert.sameMembers([...row.keys], [open ?? "", sending ?? ""])
        assert.isFalse(row.announced)
      }
      assert.deepStrictEqual(intervals, [60, 120, 240, 480, 600, 600])
      assert.isEmpty(yield* register([sent ?? ""]))
    })
  )

  it.effect("deletes a row of which nothing is open, and of an id that has no row", () =>
    Effect.gen(function* () {
      const ids = yield* plantTogether([{ status: "sent" }, { status: "dead" }])
      const gone = yield* drawJobId
      yield* ask(
        (sql) =>
          sql`insert into outbox (kind, stream, keys) values ('jobs', 'JOBS_EMAIL', array[${gone}::uuid])`
      )
      yield* announceAll
      yield* passTime
      yield* reconcileAll
      assert.isEmpty(yield* register([...ids, gone]))
    })
  )

  it.effect("looks at nothing before its time, nor at what is not announced", () =>
    Effect.gen(function* () {
      const id = yield* plant()
      assert.strictEqual(yield* reconcileAll, 0)
      assert.isFalse((yield* theRow(id)).announced)
      yield* announceAll
      assert.strictEqual(yield* reconcileAll, 0)
      assert.isTrue((yield* theRow(id)).announced)
    })
  )

  it.effect("leaves what is due later alone until then", () =>
    Effect.gen(function* () {
      const ids = yield* plantTogether([
        { send_after: far },
        { status: "retrying", retry_at: "2998-01-01T00:00:00.000Z" }
      ])
      yield* announceAll
      yield* passTime
      yield* reconcileAll
      assert.strictEqual((yield* theRow(ids[0] ?? "")).due_at, "2998-01-01T00:00:00.000Z")
      yield* announceAll
      yield* passTime
      const before = yield* theRow(ids[0] ?? "")
      yield* reconcileAll
      assert.deepStrictEqual({ ...(yield* theRow(ids[0] ?? "")), check_in: 0 }, { ...before, check_in: 0 })
    })
  )

  it.effect("knows no due time where one of the jobs may go at once", () =>
    Effect.gen(function* () {
      const [later] = yield* plantTogether([{ send_after: far }, {}])
      yield* announceAll
      yield* passTime
      yield* reconcileAll
      assert.isNull((yield* theRow(later ?? "")).due_at)
    })
  )

  it.effect("is shared among those who do it at once", () =>
    Effect.gen(function* () {
      yield* Effect.forEach(Array.from({ length: 30 }), () => plant())
      yield* announceAll
      yield* passTime
      const [counted] = yield* ask(
        (sql) =>
          sql<
            Array<{ due: number }>
          >`select count(*) as due from outbox where check_at <= now() and announced_at is not null`
      )
      const looked = yield* Effect.all([reconcileAll, reconcileAll, reconcileAll], {
        concurrency: "unbounded"
      })
      assert.strictEqual(looked[0] + looked[1] + looked[2], counted?.due)
      assert.isEmpty(yield* forgotten)
    })
  )
})

layer(ledgerLayer)("OutboxRepository.forget", (it) => {
  it.effect("announce again what a lost stream held, and no other's", () =>
    Effect.gen(function* () {
      const id = yield* plant()
      yield* announceAll
      yield* OutboxRepository.use((outbox) => outbox.forget(["JOBS_SMS", "OUTCOMES"]))
      assert.isTrue((yield* theRow(id)).announced)
      yield* OutboxRepository.use((outbox) => outbox.forget(["JOBS_EMAIL"]))
      assert.deepStrictEqual(
        (yield* leaseAll).map(({ keys }) => keys),
        [[id]]
      )
    })
  )
})

layer(ledgerLayer)("OutboxRepository.announced", (it) => {
  const announced = (rows: ReadonlyArray<Leased>) => OutboxRepository.use((outbox) => outbox.announced(rows))
  const release = (rows: ReadonlyArray<Leased>) => OutboxRepository.use((outbox) => outbox.release(rows))
  const forget = (stream: string) => OutboxRepository.use((outbox) => outbox.forget([stream]))
  const pass30s = ask((sql) => sql`update outbox set leased_until = leased_until - interval '30 seconds'`)

  it.effect("is no word about what was lost between its acknowledgement and it", () =>
    Effect.gen(function* () {
      const id = yield* plant()
      const acknowledged = yield* leaseAll
      yield* forget("JOBS_EMAIL")
      yield* announced(acknowledged)
      assert.isFalse((yield* theRow(id)).announced)
      const again = yield* leaseAll
      assert.lengthOf(again, 1)
      yield* announced(again)
      assert.isTrue((yield* theRow(id)).announced)
    })
  )

  it.effect("is no word about another one's lease, and neither is a release", () =>
    Effect.gen(function* () {
      const id = yield* plant()
      const slow = yield* leaseAll
      yield* pass30s
      const other = yield* leaseAll
      yield* release(slow)
      yield* announced(slow)
      assert.isFalse((yield* theRow(id)).announced)
      assert.isEmpty(yield* leaseAll)
      yield* announced(other)
      assert.isTrue((yield* theRow(id)).announced)
    })
  )
})

layer(ledgerLayer)("Ledger.lost", (it) => {
  it.effect("finds what the dead and the absent were sending, and nobody else's", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const [living, dead, absent] = Array.from({ length: 3 }, () => WorkerId.make(randomUUID()))
      if (living === undefined || dead === undefined || absent === undefined) return assert.fail()
      yield* ask(
        (sql) => sql`
          insert into workers (worker_id, role, host, pid, dead_at)
          values (${living}, 'test', 'h', 1, null), (${dead}, 'test', 'h', 2, now())`
      )
      const begin = Effect.fnUntraced(function* (worker: WorkerId) {
        const id = yield* plant()
        yield* ledger.start([readyJob(id)], worker)
        return id
      })
      const [ofLiving, ofDead, ofAbsent] = [yield* begin(living), yield* begin(dead), yield* begin(absent)]
      yield* plant()
      const lost = (yield* ledger.lost(100)).map(({ message_id }) => message_id)
      assert.sameMembers(lost, [ofDead, ofAbsent])
      assert.lengthOf(yield* ledger.lost(1), 1)
      assert.strictEqual((yield* rowOf(ofLiving)).worker, living)
      yield* ledger.settle([afterAttempt({ owner: dead, row: yield* rowOf(ofDead) }, sampleAttempt())])
      assert.deepStrictEqual(
        (yield* ledger.lost(100)).map(({ message_id }) => message_id),
        [ofAbsent]
      )
    })
  )
})
