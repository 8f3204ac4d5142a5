/** Start, send, settle: jobs that are ready go out as fast as connections are free, and come back as fast as they end. */

import { Clock, Context, Effect, Layer, Queue } from "effect"

import { type JobId, type WorkerId } from "#schemas/Ids.ts"
import { type Judgement, type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type Attempt } from "#src/domain/Attempt.ts"
import { type ComposedEmail } from "#src/domain/compose.ts"
import { type ContactSource } from "#src/domain/contact.ts"
import { afterAttempt, afterJudgement } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { type Settlement } from "#src/domain/Settlement.ts"
import { EmailProvider } from "#src/providers/EmailProvider.ts"
import { Ledger, type ReadyJob, type StartedJob } from "#src/repositories/Ledger.ts"

import { Draining } from "./Draining.ts"
import { OpenWork } from "./OpenWork.ts"
import { untilLedger } from "./untilLedger.ts"
import { Workers } from "./Workers.ts"

/** A job with nothing left to fill in. */
export interface Ready {
  readonly row: MessageRow
  readonly email: ComposedEmail
  readonly source: ContactSource
}

/** What the ledger said of a job at its start, where nothing came of it yet. */
export interface Refused {
  readonly row: MessageRow
  readonly judgement: Judgement
}

export interface Sent {
  /** Neither sent nor settled: paused, or not due yet. */
  readonly refused: ReadonlyArray<Refused>
  /** Not started: what was loaded is too old by now, or the process is stopping. */
  readonly stale: ReadonlyArray<JobId>
}

/** What was loaded longer ago is loaded again before it is started. */
const freshness_ms = 5000

/** Tells the settling half that no more will come. */
const allLaunched = "all launched"

const toReadyJob = ({ email, row, source }: Ready): ReadyJob => ({
  message_id: row.message_id,
  attempt: row.attempt,
  address: email.address,
  address_hash: email.address_hash,
  contact_source: source,
  template_version: email.template_version,
  locale: email.locale,
  title: email.content.subject.slice(0, 255)
})

export class Sending extends Context.Service<
  Sending,
  {
    /** Settles a batch; what finds its row taken or settled is left as it is. Waits for the ledger. */
    readonly settle: (settlements: ReadonlyArray<Settlement>) => Effect.Effect<void>
    /**
     * Returns when each is settled, refused or stale. A start commits before any byte leaves, for as many jobs as there
     * are free connections; what a killed process leaves in doubt is its open connections at most.
     */
    readonly send: (ready: ReadonlyArray<Ready>, loadedAt_ms: number) => Effect.Effect<Sent>
  }
>()("carillon/services/Sending") {
  static readonly layer = Layer.effect(
    Sending,
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const provider = yield* EmailProvider
      const workers = yield* Workers
      const work = yield* OpenWork
      const draining = yield* Draining

      const settle = Effect.fnUntraced(function* (settlements: ReadonlyArray<Settlement>) {
        if (settlements.length === 0) return
        const written = yield* untilLedger(ledger.settle(settlements))
        if (written.length < settlements.length)
          yield* Effect.logInfo("some rows were settled before, or taken", {
            "settle.asked": settlements.length,
            "settle.written": written.length
          })
        work.ring("jobs", "outcomes", "dead_letters")
      })

      /** A start without an answer is taken back before it is tried again: nothing of it was opened. */
      const start = (jobs: ReadonlyArray<ReadyJob>, worker: WorkerId) =>
        ledger.start(jobs, worker).pipe(
          Effect.tapError(() => untilLedger(ledger.giveBack(jobs, worker))),
          untilLedger
        )

      const send = Effect.fn("Sending.send")(function* (ready: ReadonlyArray<Ready>, loadedAt_ms: number) {
        const finished = yield* Queue.unbounded<Settlement | typeof allLaunched>()
        const refused: Array<Refused> = []
        let inTheAir = 0

        const launch = (owner: WorkerId, { attempt }: StartedJob, { email, row }: Ready) => {
          inTheAir++
          const started = { owner, row: { ...row, attempt } }
          const land = (ended: Attempt) => Queue.offerUnsafe(finished, afterAttempt(started, ended))
          void provider
            .send(
              { jobId: row.message_id, attempt, address: email.address, content: email.content },
              () => workers.mayProceed(owner)
            )
            .then(land)
        }

        /** One statement for as many as have a connection. */
        const startGroup = Effect.fnUntraced(function* (group: ReadonlyArray<Ready>) {
          const owner = workers.current()
          const byId = new Map(group.map((job) => [job.row.message_id, job]))
          const started = yield* start(group.map(toReadyJob), owner)
          const going = started.filter(({ judgement }) => judgement === "sending")
          provider.release(group.length - going.length)
          const now = toInstant(yield* Clock.currentTimeMillis)
          for (const one of started) {
            const job = byId.get(one.message_id)
            if (job === undefined) continue
            const settled = afterJudgement(job.row, one.judgement, now)
            if (one.judgement === "sending") launch(owner, one, job)
            else if (settled === null) refused.push({ row: job.row, judgement: one.judgement })
            else {
              inTheAir++
              Queue.offerUnsafe(finished, settled)
            }
          }
        })

        const startAll = Effect.gen(function* () {
          let next = 0
          while (next < ready.length) {
            const connections = yield* provider.reserve(ready.length - next)
            const isStale = (yield* Clock.currentTimeMillis) - loadedAt_ms > freshness_ms
            if (isStale || draining.hasBegun()) {
              provider.release(connections)
              break
            }
            yield* startGroup(ready.slice(next, next + connections))
            next += connections
          }
          Queue.offerUnsafe(finished, allLaunched)
          return ready.slice(next).map(({ row }) => row.message_id)
        })

        /** One statement for whatever has ended meanwhile. */
        const settleAll = Effect.gen(function* () {
          let settled = 0
          let isLaunched = false
          while (!isLaunched || settled < inTheAir) {
            const ended = yield* Queue.takeBetween(finished, 1, Number.MAX_SAFE_INTEGER)
            isLaunched ||= ended.includes(allLaunched)
            const settlements = ended.filter((one) => one !== allLaunched)
            yield* settle(settlements)
            settled += settlements.length
          }
        })

        const [stale] = yield* Effect.all([startAll, settleAll], { concurrency: "unbounded" })
        return { refused, stale }
      })

      return Sending.of({ settle, send })
    })
  )
}
