/** Load, prepare, send: what a batch of hints leads to. */

import { Clock, Context, Duration, Effect, Layer } from "effect"

import { type JobId } from "#schemas/Ids.ts"
import { type NotificationJob } from "#schemas/Job.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { afterJudgement } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { Verdict } from "#src/domain/Verdict.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { Ledger, type LoadedJob } from "#src/repositories/Ledger.ts"

import { Draining } from "./Draining.ts"
import { type OpenBatch } from "./OpenBatch.ts"
import { makePostponing } from "./postponing.ts"
import { Preparing } from "./Preparing.ts"
import { Sending } from "./Sending.ts"
import { Settling } from "./Settling.ts"
import { untilLedger } from "./untilLedger.ts"

const done = Verdict.Done()
/** Its transaction may be about to commit. */
const notThereYet = Verdict.Later({ delay: Duration.seconds(1) })
const atOnce = Verdict.Later({ delay: Duration.zero })

const isAddressee = (job: LoadedJob): job is LoadedJob & { readonly row: MessageRow } => job.row !== null

interface Answers {
  readonly ids: ReadonlyArray<JobId>
  readonly answer: (id: JobId, verdict: Verdict) => void
  readonly isCrowded: () => boolean
}

/** A job that is in the batch twice has one answer. */
const answersById = (jobs: ReadonlyArray<NotificationJob>, { answer, isCrowded }: OpenBatch): Answers => {
  const positions = new Map<JobId, Array<number>>()
  for (const [position, { job_id }] of jobs.entries())
    positions.set(job_id, [...(positions.get(job_id) ?? []), position])
  return {
    ids: [...positions.keys()],
    isCrowded,
    answer: (id, verdict) => positions.get(id)?.forEach((position) => answer(position, verdict))
  }
}

export class Delivery extends Context.Service<
  Delivery,
  {
    /**
     * Answers each job once, when whatever became of it is in the ledger; a job may come twice, late, or after its row has
     * ended. Returns when each has been started or answered: then the next batch may begin, and what it returns ends when
     * the last one is answered. Waits while the ledger is away.
     */
    readonly deliver: (
      jobs: ReadonlyArray<NotificationJob>,
      batch: OpenBatch
    ) => Effect.Effect<Effect.Effect<void>>
  }
>()("carillon/services/Delivery") {
  static readonly layer = Layer.effect(
    Delivery,
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const preparing = yield* Preparing
      const sending = yield* Sending
      const settling = yield* Settling
      const { answerRefused, putOff } = makePostponing(yield* Publisher)
      const draining = yield* Draining

      /** One round over jobs that are loaded afresh; those that it left are for the next one. */
      const round = Effect.fnUntraced(function* (ids: ReadonlyArray<JobId>, batch: Answers) {
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
        const open = new Set<JobId>(ready.map(({ row }) => row.message_id))
        const waiting = known.filter(({ judgement }) => judgement === "hold" || judgement === "later")
        for (const { message_id } of missing) batch.answer(message_id, notThereYet)
        for (const [id, verdict] of yield* answerRefused(waiting)) batch.answer(id, verdict)
        for (const { message_id } of known) if (!open.has(message_id)) batch.answer(message_id, done)

        const onSettled = (id: JobId) => batch.answer(id, done)
        const { isCrowded } = batch
        const sent = yield* sending.send({ ready, loadedAt_ms, onSettled, isCrowded })
        for (const [id, verdict] of yield* answerRefused(sent.refused)) batch.answer(id, verdict)
        for (const [id, verdict] of yield* putOff(sent.crowdedOut)) batch.answer(id, verdict)
        return { left: sent.stale, landed: sent.landed }
      })

      const deliver = Effect.fn("Delivery.deliver")(function* (
        jobs: ReadonlyArray<NotificationJob>,
        batch: OpenBatch
      ) {
        const answers = answersById(jobs, batch)
        const landings: Array<Effect.Effect<void>> = []
        let left: ReadonlyArray<JobId> = answers.ids
        while (left.length > 0 && !draining.hasBegun()) {
          const next = yield* round(left, answers)
          landings.push(next.landed)
          left = next.left
        }
        for (const id of left) answers.answer(id, atOnce)
        // A job that another batch is sending gets no answer of its own.
        const answerRest = Effect.sync(() => answers.ids.forEach((id) => answers.answer(id, done)))
        return Effect.andThen(Effect.all(landings, { discard: true }), answerRest)
      })

      return Delivery.of({ deliver })
    })
  )
}
