/** Answers of the ledger that get lost: what was written is found again, and nothing is sent for it twice. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Queue } from "effect"

import { type JobId, WorkerId } from "#schemas/Ids.ts"
import { type Attempt } from "#src/domain/Attempt.ts"
import { afterAttempt } from "#src/domain/fate.ts"
import { type Settlement } from "#src/domain/Settlement.ts"
import { Ledger, type ReadyJob } from "#src/repositories/Ledger.ts"
import { LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { type Batch, makeLaunch, type Ready } from "#src/services/launch.ts"
import { OpenWork } from "#src/services/OpenWork.ts"
import { Settling } from "#src/services/Settling.ts"
import { makeStart } from "#src/services/startJobs.ts"
import { UnderWay } from "#src/services/UnderWay.ts"
import { sampleAttempt } from "#test/support/jobs.ts"
import { ask, ledgerLayer, plant, readyJob, rowOf, type Seed } from "#test/support/ledger.ts"
import { sampleContent } from "#test/support/smtpMail.ts"

type Shape = Ledger["Service"]

const lost = Effect.fail(new LedgerUnreachable({ cause: "connection reset" }))

/** The first call goes wrong in its own way; all others are the real ledger's. */
const firstTime = <Args extends ReadonlyArray<unknown>, A, E>(
  real: (...args: Args) => Effect.Effect<A, E>,
  wrong: (...args: Args) => Effect.Effect<A, E>
) => {
  let calls = 0
  return (...args: Args) => Effect.suspend(() => (calls++ === 0 ? wrong(...args) : real(...args)))
}

/** The start is committed, and nobody hears of it. */
const answerLost = (real: Shape): Shape => ({
  ...real,
  start: firstTime(real.start, (jobs, worker) => Effect.andThen(real.start(jobs, worker), lost))
})

/** The start never reaches the server. */
const callLost = (real: Shape): Shape => ({ ...real, start: firstTime(real.start, () => lost) })

/** The start is on its way still when it is taken back, and comes in right after that. */
const callLate = (real: Shape): Shape => ({
  ...callLost(real),
  giveBack: firstTime(real.giveBack, (jobs, worker) =>
    Effect.tap(real.giveBack(jobs, worker), () => real.start(jobs, worker))
  )
})

/** Nothing of the first start came through, and the next one's answer is lost too. */
const lostTwice = (real: Shape): Shape => {
  const second = answerLost(real)
  return { ...real, start: firstTime(second.start, () => lost) }
}

/** What was to start again, and was given up, comes in when it has been done: nothing may be open to another start. */
const againLate = (real: Shape): Shape => ({
  ...answerLost(real),
  atomically: (effect) => Effect.tap(real.atomically(effect), () => real.atomically(effect))
})

const worker = WorkerId.make(randomUUID())

layer(ledgerLayer)("a start whose answer is lost", (it) => {
  it.effect.each([
    ["committed", answerLost],
    ["never arrived", callLost],
    ["late", callLate],
    ["lost twice", lostTwice],
    ["made again twice", againLate]
  ] as const)("is made once all the same: %s", ([, losing]) =>
    Effect.gen(function* () {
      const start = makeStart(losing(yield* Ledger))
      const ids = [
        yield* plant(),
        yield* plant({ status: "sent" }),
        yield* plant({ attempt: 2, status: "retrying" })
      ]
      const jobs: ReadonlyArray<ReadyJob> = [
        readyJob(ids[0] ?? fail()),
        readyJob(ids[1] ?? fail()),
        readyJob(ids[2] ?? fail(), 2)
      ]
      const started = yield* start(jobs, worker)
      const said = new Map(
        started.map(({ attempt, judgement, message_id }) => [message_id, { judgement, attempt }])
      )
      assert.lengthOf(started, 3)
      assert.deepStrictEqual(
        ids.map((id) => said.get(id)),
        [
          { judgement: "sending", attempt: 1 },
          { judgement: "skip", attempt: 0 },
          { judgement: "sending", attempt: 3 }
        ]
      )
      assert.deepInclude(yield* rowOf(ids[0] ?? fail()), { status: "sending", attempt: 1, worker })
      assert.deepInclude(yield* rowOf(ids[2] ?? fail()), { status: "sending", attempt: 3, worker })
    })
  )
})

const fail = (): never => assert.fail("no such job")

layer(ledgerLayer, { excludeTestServices: true })("a settle whose answer is lost", (it) => {
  it.effect("is written once", () =>
    Effect.gen(function* () {
      const real = yield* Ledger
      const losing: Shape = {
        ...real,
        settle: firstTime(real.settle, (settlements) => Effect.andThen(real.settle(settlements), lost))
      }
      const id = yield* plant()
      yield* real.start([readyJob(id)], worker)
      const refused = sampleAttempt({ result: "permanent", phase: "rcpt" })
      const settlement = afterAttempt({ owner: worker, row: yield* rowOf(id) }, refused)
      yield* Settling.use(({ settle }) => settle([settlement])).pipe(
        Effect.provide(
          Settling.layer.pipe(Layer.provide(Layer.succeed(Ledger, losing)), Layer.provide(OpenWork.layer))
        )
      )
      assert.strictEqual((yield* rowOf(id)).status, "bounced")
      const [counts] = yield* ask(
        (sql) => sql<Array<{ letters: number; outcomes: number }>>`
          select (select count(*) from dead_letters where job_id = ${id}) as letters,
            (select count(*) from outbox where kind = 'outcomes' and ${id}::uuid = any(keys)) as outcomes`
      )
      assert.deepStrictEqual(counts, { letters: 1, outcomes: 1 })
    })
  )
})

/** Takes mails when it is told to. */
const makeProvider = () => {
  const ends: Array<(attempt: Attempt) => void> = []
  const sent: Array<JobId> = []
  let free = 2
  return {
    sent,
    /** All that is in the air is taken. */
    take: () => ends.splice(0).forEach((end) => end(sampleAttempt())),
    free: () => free,
    service: {
      take: (addresses: ReadonlyArray<string>) => {
        free -= addresses.length
        return [...addresses.keys()]
      },
      awaitRoom: () => Effect.void,
      movedAt: () => 0,
      release: (addresses: ReadonlyArray<string>) => {
        free += addresses.length
      },
      send: ({ jobId }: { readonly jobId: JobId }) => {
        sent.push(jobId)
        const { promise, resolve } = Promise.withResolvers<Attempt>()
        ends.push((attempt) => {
          free++
          resolve(attempt)
        })
        return promise
      }
    }
  }
}

const readyOf = Effect.fnUntraced(function* (seed: Partial<Seed>) {
  const row = yield* rowOf(yield* plant(seed))
  const ready: Ready = {
    row,
    source: "profile",
    email: {
      address: "ada@example.com",
      address_hash: "hash-of-ada",
      content: sampleContent(),
      template_version: 1,
      locale: "en"
    }
  }
  return ready
})

/** A batch, and what of it has taken off and landed. */
const makeBatch = Effect.map(Queue.unbounded<Settlement>(), (landed) => {
  let launched = 0
  const batch: Batch = {
    refused: [],
    flight: {
      launch: () => void launched++,
      land: (settlement) => void Queue.offerUnsafe(landed, settlement),
      close: () => {},
      landed: Effect.void
    }
  }
  return { batch, landed, launched: () => launched }
})

layer(Layer.merge(ledgerLayer, UnderWay.layer))(
  "a second hint of a job that this process is sending",
  (it) => {
    const workers = {
      current: () => worker,
      mayProceed: () => true,
      lastBeat: () => 0,
      awaitTrust: Effect.void
    }

    it.effect("does not take the first one's start for its own when its answer is lost", () =>
      Effect.gen(function* () {
        const provider = makeProvider()
        const real = yield* Ledger
        /** The second start of all is lost. */
        let starts = 0
        const ledger: Shape = {
          ...real,
          start: (jobs, owner) =>
            Effect.suspend(() => (++starts === 2 && jobs.length > 0 ? lost : real.start(jobs, owner)))
        }
        const ready = yield* readyOf({ message_class: "campaign" })
        const underWay = yield* UnderWay
        const launchGroup = makeLaunch({ ledger, provider: provider.service, underWay, workers })
        const [first, second] = [yield* makeBatch, yield* makeBatch]
        provider.service.take(["ada@example.com"])
        yield* launchGroup([ready], first.batch)
        provider.service.take(["ada@example.com"])
        yield* launchGroup([ready], second.batch)
        assert.deepStrictEqual(provider.sent, [ready.row.message_id])
        assert.deepStrictEqual([first.launched(), second.launched()], [1, 0])
        assert.strictEqual(provider.free(), 1)

        provider.take()
        const end = yield* Queue.take(first.landed)
        assert.lengthOf(yield* real.settle([end]), 1)
        underWay.end([ready.row.message_id])
        provider.service.take(["ada@example.com"])
        yield* launchGroup([ready], second.batch)
        assert.lengthOf(provider.sent, 1, "it is settled")
        assert.strictEqual(provider.free(), 2)
      })
    )
  }
)
