/** Start and launch: a group of jobs, committed as started by one statement, on its way to the provider. */

import { Clock, Effect } from "effect"

import { type WorkerId } from "#schemas/Ids.ts"
import { type Judgement, type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type ComposedEmail } from "#src/domain/compose.ts"
import { type ContactSource } from "#src/domain/contact.ts"
import { afterAttempt, afterJudgement } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { type EmailProvider } from "#src/providers/EmailProvider.ts"
import { type Ledger, type ReadyJob, type StartedJob } from "#src/repositories/Ledger.ts"

import { type Flight } from "./settleTogether.ts"
import { makeStart } from "./startJobs.ts"
import { type UnderWay } from "./UnderWay.ts"
import { type Workers } from "./Workers.ts"

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

/** What came of one batch so far. */
export interface Batch {
  readonly flight: Flight
  readonly refused: Array<Refused>
}

interface Started {
  readonly answer: StartedJob
  readonly job: Ready
  readonly owner: WorkerId
}

const toReadyJob = ({ email, row, source }: Ready): ReadyJob => ({
  message_id: row.message_id,
  attempt: row.attempt,
  generation: row.generation,
  address: email.address,
  address_hash: email.address_hash,
  contact_source: source,
  template_version: email.template_version,
  locale: email.locale,
  title: email.content.subject.slice(0, 255)
})

export interface Launchpad {
  readonly ledger: Ledger["Service"]
  readonly provider: EmailProvider["Service"]
  readonly workers: Workers["Service"]
  readonly underWay: UnderWay["Service"]
}

const startedAmong = (matched: ReadonlyArray<Started>): ReadonlySet<Ready> =>
  new Set(matched.filter(({ answer }) => answer.judgement === "sending").map(({ job }) => job))

export const addressesOf = (jobs: ReadonlyArray<Ready>) => jobs.map(({ email }) => email.address)

/** For each of the group a connection was taken; those that are not needed are given back. */
export const makeLaunch = ({ ledger, provider, underWay, workers }: Launchpad) => {
  const start = makeStart(ledger)

  /**
   * One statement for as many as have a connection; answers what was started and by whom. A second hint of a job that is
   * under way, in another batch of this process, must not start it meanwhile: to take back its own start it would take back
   * the first one's, and the message would be sent twice.
   */
  const startGroup = Effect.fnUntraced(function* (group: ReadonlyArray<Ready>) {
    const owner = workers.current()
    const mine = group.filter(({ row }) => !underWay.has(row.message_id))
    const byId = new Map(mine.map((job) => [job.row.message_id, job]))
    underWay.begin(byId.keys())
    const answers = yield* start(mine.map(toReadyJob), owner).pipe(
      Effect.onError(() =>
        Effect.sync(() => {
          underWay.end(byId.keys())
          provider.release(addressesOf(group))
        })
      )
    )
    const matched = answers.flatMap((answer) => {
      const job = byId.get(answer.message_id)
      return job === undefined ? [] : [{ answer, job, owner }]
    })
    const started = startedAmong(matched)
    const isIdle = (job: Ready) => !started.has(job)
    underWay.end(mine.filter(isIdle).map(({ row }) => row.message_id))
    provider.release(addressesOf(group.filter(isIdle)))
    return matched
  })

  const launch = ({ answer, job, owner }: Started, batch: Batch) => {
    const started = { owner, row: { ...job.row, attempt: answer.attempt } }
    batch.flight.launch()
    void provider
      .send(
        {
          jobId: job.row.message_id,
          attempt: answer.attempt,
          address: job.email.address,
          content: job.email.content
        },
        () => workers.mayProceed(owner)
      )
      .then((ended) => batch.flight.land(afterAttempt(started, ended)))
  }

  /** Sends what was started; what was refused for good is settled with the rest. */
  const launchGroup = Effect.fnUntraced(function* (group: ReadonlyArray<Ready>, batch: Batch) {
    const now = toInstant(yield* Clock.currentTimeMillis)
    for (const started of yield* startGroup(group)) {
      const { answer, job } = started
      const settled = afterJudgement(job.row, answer.judgement, now)
      if (answer.judgement === "sending") launch(started, batch)
      else if (settled === null) batch.refused.push({ row: job.row, judgement: answer.judgement })
      else {
        batch.flight.launch()
        batch.flight.land(settled)
      }
    }
  })

  return launchGroup
}
