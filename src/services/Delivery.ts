/** Load, prepare, send: what a batch of hints leads to. */

import { Clock, Context, Duration, Effect, Layer } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type NotificationJob } from "#schemas/Job.ts"
import { type Judgement, type MessageRow } from "#schemas/rows/MessageRow.ts"
import { afterJudgement } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { Verdict } from "#src/domain/Verdict.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { Ledger, type LoadedJob } from "#src/repositories/Ledger.ts"

import { announceJob } from "./announceJob.ts"
import { Draining } from "./Draining.ts"
import { type Refused } from "./launch.ts"
import { Preparing } from "./Preparing.ts"
import { Sending } from "./Sending.ts"
import { Settling } from "./Settling.ts"
import { untilLedger } from "./untilLedger.ts"

const done = Verdict.Done()
/** Its transaction may be about to commit. */
const notThereYet = Verdict.Later({ delay: Duration.seconds(1) })
const paused = Verdict.Later({ delay: Duration.seconds(30) })
const soon = Verdict.Later({ delay: Duration.seconds(5) })
const atOnce = Verdict.Later({ delay: Duration.zero })

const isAddressee = (job: LoadedJob): job is LoadedJob & { readonly row: MessageRow } => job.row !== null

export class Delivery extends Context.Service<
  Delivery,
  {
    /**
     * One verdict for each job, in order, when whatever became of it is in the ledger. A job may come twice, late, or
     * after its row has ended. Waits while the ledger is away.
     */
    readonly deliver: (jobs: ReadonlyArray<NotificationJob>) => Effect.Effect<ReadonlyArray<Verdict>>
  }
>()("carillon/services/Delivery") {
  static readonly layer = Layer.effect(
    Delivery,
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const preparing = yield* Preparing
      const sending = yield* Sending
      const settling = yield* Settling
      const publisher = yield* Publisher
      const draining = yield* Draining

      /** Early hints go back as schedules; the paused wait in the stream. */
      const answerRefused = Effect.fnUntraced(function* (refused: ReadonlyArray<Refused>) {
        const now = toInstant(yield* Clock.currentTimeMillis)
        const early = refused.filter(({ judgement }) => judgement === "later").map(({ row }) => row)
        const isScheduled = yield* Effect.isSuccess(
          publisher.publishAll(early.map((row) => announceJob(row, now)))
        )
        const verdicts: Record<Judgement, Verdict> = {
          missing: notThereYet,
          hold: paused,
          later: isScheduled ? done : soon,
          skip: done,
          cancelled: done,
          suppressed: done,
          expired: done,
          dead: done,
          sending: done
        }
        return refused.map(({ judgement, row }) => [row.message_id, verdicts[judgement]] as const)
      })

      /** One round over jobs that are loaded afresh; answers a verdict for each that is not simply done. */
      const round = Effect.fnUntraced(function* (ids: ReadonlyArray<JobId>) {
        const loadedAt_ms = yield* Clock.currentTimeMillis
        const loaded = yield* untilLedger(ledger.load(ids))
        const now = toInstant(loadedAt_ms)
        const known = loaded.filter(isAddressee)
        const missing = loaded.filter(({ row }) => row === null)
        const { ready, settlements } = yield* preparing.prepare(
          known.filter(({ judgement }) => judgement === "sending")
        )
        const judged = known.flatMap(({ judgement, row }) => afterJudgement(row, judgement, now) ?? [])
        yield* settling.settle([...settlements, ...judged])
        const { refused, stale } = yield* sending.send(ready, loadedAt_ms)
        const waiting = known.filter(({ judgement }) => judgement === "hold" || judgement === "later")
        const verdicts = new Map<JobId, Verdict>(yield* answerRefused([...waiting, ...refused]))
        for (const { message_id } of missing) verdicts.set(message_id, notThereYet)
        return { stale, verdicts }
      })

      const deliver = Effect.fn("Delivery.deliver")(function* (jobs: ReadonlyArray<NotificationJob>) {
        const verdicts = new Map<JobId, Verdict>()
        let left: ReadonlyArray<JobId> = [...new Set(jobs.map(({ job_id }) => job_id))]
        while (left.length > 0 && !draining.hasBegun()) {
          const { stale, verdicts: some } = yield* round(left)
          for (const [id, verdict] of some) verdicts.set(id, verdict)
          left = stale
        }
        for (const id of left) verdicts.set(id, atOnce)
        return jobs.map(({ job_id }) => verdicts.get(job_id) ?? done)
      })

      return Delivery.of({ deliver })
    })
  )
}
