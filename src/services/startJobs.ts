/** Starting jobs for sure: a start whose answer was lost is taken back before it is tried again. */

import { Effect } from "effect"

import { type WorkerId } from "#schemas/Ids.ts"
import { type Ledger, type ReadyJob } from "#src/repositories/Ledger.ts"

import { untilLedger } from "./untilLedger.ts"

/** Those of the jobs with these ids. */
const among = (jobs: ReadonlyArray<ReadyJob>, ids: ReadonlySet<string>) =>
  jobs.filter(({ message_id }) => ids.has(message_id))

/**
 * One answer for each job. Waits while the ledger is away. Nobody else in this process may start one of the jobs at the
 * same time: its start could not be told from the lost one.
 */
export const makeStart = (ledger: Ledger["Service"]) => {
  /**
   * In one commit: a taking back that came in late and alone could hit the start that followed it, whose message is in the
   * air. The lost start may still come in after it was taken back; then this start finds the row taken, by ourselves.
   */
  const startAgain = Effect.fnUntraced(function* (jobs: ReadonlyArray<ReadyJob>, worker: WorkerId) {
    yield* ledger.giveBack(jobs, worker)
    const answers = yield* ledger.start(jobs, worker)
    const taken = answers.filter(({ judgement }) => judgement === "skip")
    const skipped = new Set<string>(taken.map(({ message_id }) => message_id))
    const late = yield* ledger.giveBack(among(jobs, skipped), worker)
    if (late.size === 0) return answers
    const third = yield* ledger.start(among(jobs, late), worker)
    return [...answers.filter(({ message_id }) => !late.has(message_id)), ...third]
  })

  return (jobs: ReadonlyArray<ReadyJob>, worker: WorkerId) =>
    ledger
      .start(jobs, worker)
      .pipe(
        Effect.catchTag("LedgerUnreachable", () => untilLedger(ledger.atomically(startAgain(jobs, worker))))
      )
}
