/** Jobs that are not sent now, as hints that come back when it makes sense. */

import { Clock, Duration, Effect, Random } from "effect"

import { type Judgement, type MessageRow } from "#schemas/rows/MessageRow.ts"
import { toInstant } from "#src/domain/instants.ts"
import { Verdict } from "#src/domain/Verdict.ts"
import { type Publisher } from "#src/nats/Publisher.ts"

import { announceJob } from "./announceJob.ts"
import { type Refused } from "./launch.ts"

const done = Verdict.Done()
/** Its transaction may be about to commit. */
const notThereYet = Verdict.Later({ delay: Duration.seconds(1) })
const paused = Verdict.Later({ delay: Duration.seconds(30) })
const soon = Verdict.Later({ delay: Duration.seconds(5) })

/** How long those wait for whose domain all connections are busy: others come first. In seconds, drawn between the two. */
const crowdedOut_seconds = { minimum: 10, maximum: 30 }

export const makePostponing = (publisher: Publisher["Service"]) => {
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

  /** They make room for those who wait behind them, and come back by themselves. */
  const putOff = Effect.fnUntraced(function* (rows: ReadonlyArray<MessageRow>) {
    if (rows.length === 0) return []
    const now_ms = yield* Clock.currentTimeMillis
    const { maximum, minimum } = crowdedOut_seconds
    const delay_seconds = yield* Random.nextIntBetween(minimum, maximum)
    const retry_at = toInstant(now_ms + 1000 * delay_seconds)
    const isScheduled = yield* Effect.isSuccess(
      publisher.publishAll(rows.map((row) => announceJob({ ...row, retry_at }, toInstant(now_ms))))
    )
    return rows.map(({ message_id }) => [message_id, isScheduled ? done : soon] as const)
  })

  return { answerRefused, putOff }
}
