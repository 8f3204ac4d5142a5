/** What the model's row goes through: the compare-and-set of each statement as in SQL, each decision the domain's own. */

import { type Status } from "#schemas/Status.ts"
import { type AttemptResult } from "#src/domain/Attempt.ts"
import { afterAttempt, afterJudgement, afterWorkerDied } from "#src/domain/fate.ts"
import { at, sampleAttempt, sampleRow, workerId } from "#test/support/jobs.ts"

import { type Hand, isWaiting, type Rules, type World } from "./world.ts"

export type MessageClass = "transactional" | "campaign"

export const maxAttempts = 2
const now = at("2026-11-21T12:00:00.000Z")
const owner = workerId(1)

/** Asked a million times of a handful of cases: each is decided once. */
const once = <Key extends string>(decide: (key: Key) => Status) => {
  const known = new Map<Key, Status>()
  return (key: Key): Status => {
    const status = known.get(key) ?? decide(key)
    known.set(key, status)
    return status
  }
}

export const makeStatements = (message_class: MessageClass, rules: Rules) => {
  const rowAt = (attempt: number) =>
    sampleRow({ message_class, attempt, max_attempts: maxAttempts, status: "sending" })
  const ended = new Map<number, (result: AttemptResult) => Status>()

  const afterResult = (attempt: number, result: AttemptResult): Status => {
    const decide =
      ended.get(attempt) ??
      once<AttemptResult>(
        (result) => afterAttempt({ owner, row: rowAt(attempt) }, sampleAttempt({ attempt, result })).status
      )
    ended.set(attempt, decide)
    return decide(result)
  }
  const afterDeath = once<`${number}`>(
    (attempt) => afterWorkerDied(rowAt(Number(attempt)), owner, now).status
  )
  const afterExhaustion = once<`${number}`>(
    (attempt) => afterJudgement(rowAt(Number(attempt)), "dead", now)?.status ?? "queued"
  )

  /** With everything that follows from it, in the same transaction. */
  const write = (world: World, status: Status): World =>
    isWaiting(status)
      ? { ...world, status, register: "to announce" }
      : { ...world, status, counted: world.counted + 1 }

  const isStartedBy = (world: World, worker: number, attempt: number): boolean =>
    world.status === "sending" && world.attempt === attempt && (!rules.ownerFence || world.worker === worker)

  return {
    /** Null: no row was written. */
    start: (world: World, { attempt, owner }: Hand): World | null =>
      isWaiting(world.status) && (!rules.attemptFence || world.attempt === attempt)
        ? { ...world, status: "sending", attempt: world.attempt + 1, worker: owner }
        : null,
    /** Null: no row was written. */
    giveBack: (world: World, { attempt, owner }: Hand): World | null =>
      isStartedBy(world, owner, attempt + 1) ? { ...world, status: "queued", attempt, worker: null } : null,
    settle: (world: World, { attempt, owner, result }: Hand): World => {
      const status = afterResult(attempt, result ?? "unknown")
      if (isStartedBy(world, owner, attempt)) return write(world, status)
      return rules.countsWritten || isWaiting(status) ? world : { ...world, counted: world.counted + 1 }
    },
    exhaust: (world: World): World => write(world, afterExhaustion(`${world.attempt}`)),
    recover: (world: World): World => write(world, afterDeath(`${world.attempt}`))
  }
}

export type Statements = ReturnType<typeof makeStatements>
