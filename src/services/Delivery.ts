/** Load, prepare, send: what a batch of hints leads to. */

import { Array, Clock, Context, Duration, Effect, Layer, Result } from "effect"

import { type NotificationJob } from "#schemas/Job.ts"
import { type JobId } from "#schemas/Ids.ts"
import { type Judgement, type MessageRow } from "#schemas/rows/MessageRow.ts"
import { composeEmail, localeOf } from "#src/domain/compose.ts"
import { afterJudgement, unsendable } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { type Settlement } from "#src/domain/Settlement.ts"
import { Verdict } from "#src/domain/Verdict.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { Ledger, type LoadedJob } from "#src/repositories/Ledger.ts"

import { announceJob } from "./announceJob.ts"
import { type Addressee, Contacts } from "./Contacts.ts"
import { Draining } from "./Draining.ts"
import { type Ready, type Refused, Sending } from "./Sending.ts"
import { Templates } from "./Templates.ts"
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
      const contacts = yield* Contacts
      const templates = yield* Templates
      const sending = yield* Sending
      const publisher = yield* Publisher
      const draining = yield* Draining

      /** Contacts, templates, rendering: for all at once, and before any of them is started. */
      const prepare = Effect.fnUntraced(function* (people: ReadonlyArray<Addressee>) {
        const found = yield* contacts.find(people)
        const addressed = Array.zipWith(people, found, ({ row }, contact) => ({ row, contact }))
        const chosen = yield* untilLedger(
          templates.forJobs(addressed.map(({ contact, row }) => ({ row, locale: localeOf(row, contact) })))
        )
        const now = toInstant(yield* Clock.currentTimeMillis)
        const ready: Array<Ready> = []
        const settlements: Array<Settlement> = []
        for (const [{ contact, row }, template] of Array.zip(addressed, chosen)) {
          const composed = composeEmail(row, contact, template)
          if (Result.isFailure(composed)) settlements.push(unsendable(row, composed.failure, now))
          else ready.push({ row, email: composed.success, source: contact.source })
        }
        return { ready, settlements }
      })

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
        const { ready, settlements } = yield* prepare(known.filter(({ judgement }) => judgement === "sending"))
        const judged = known.flatMap(({ judgement, row }) => afterJudgement(row, judgement, now) ?? [])
        yield* sending.settle([...settlements, ...judged])
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
