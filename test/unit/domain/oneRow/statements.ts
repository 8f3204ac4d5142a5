/** What the model's row goes through: the compare-and-set of each statement as in SQL, each decision the domain's own. */

import { Result, Schema } from "effect"

import { type Status } from "#schemas/Status.ts"
import { AttemptResult } from "#src/domain/Attempt.ts"
import { replayJob, resolve } from "#src/domain/decide.ts"
import { afterAttempt, afterWorkerDied, unsendable } from "#src/domain/fate.ts"
import { deadLetterIdOfJob } from "#src/domain/ids.ts"
import { at, sampleAttempt, sampleRow, workerId } from "#test/support/jobs.ts"

import { deathOf, type Hand, isDead, isWaiting, type Life, type Rules, type World } from "./world.ts"

export type MessageClass = "transactional" | "campaign"

/** Of one generation. */
const maxAttempts = 2

export const words = ["sent", "failed", "resend"] as const
export type Word = (typeof words)[number]

const decodeResult = Schema.decodeUnknownSync(AttemptResult)
const decodeWord = Schema.decodeUnknownSync(Schema.Literals(words))

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

/** A row that no operator has put back more often than `generation`. */
const rowOf = (message_class: MessageClass, { attempt, generation }: Life) =>
  sampleRow({
    message_class,
    attempt,
    generation,
    max_attempts: maxAttempts * (generation + 1),
    status: "sending"
  })

const order = { by: "operator", note: null, at: now }

/** What the domain decides in each case. */
const makeDecisions = (message_class: MessageClass) => {
  const at = (generation: string | undefined, attempt: string | undefined) =>
    rowOf(message_class, { generation: Number(generation), attempt: Number(attempt) })
  const row = (key: string) => {
    const [generation, attempt] = key.split(" ")
    return at(generation, attempt)
  }
  return {
    afterResult: once((key: string) => {
      const [generation, attempt, result] = key.split(" ")
      const ended = sampleAttempt({ attempt: Number(attempt), result: decodeResult(result) })
      return afterAttempt({ owner, row: at(generation, attempt) }, ended).status
    }),
    afterDeath: once((key: string) => afterWorkerDied(row(key), owner, now).status),
    afterRendering: once(
      (key: string) => unsendable(row(key), { reason: "no_template", detail: "" }, now).status
    ),
    afterReplay: once((key: string) => {
      const dead = { ...row(key), status: "dead" as const, is_cancelled: false }
      const letter = { dead_letter_id: deadLetterIdOfJob(dead), stream: "JOBS_EMAIL" } as const
      const open = { ...letter, reason: "attempts_exhausted", state: "open" } as const
      return Result.getOrThrow(replayJob(open, dead, order)).settlement.status
    }),
    afterWord: once((key: string) => {
      const [generation, attempt, as] = key.split(" ")
      const doubtful = { ...at(generation, attempt), status: "unknown" as const }
      return Result.getOrThrow(resolve(doubtful, decodeWord(as), order)).settlement.status
    })
  }
}

export const makeStatements = (messageClass: MessageClass, rules: Rules) => {
  const decisions = makeDecisions(messageClass)

  /** The letter is written where its death is a new one. */
  const bury = (world: World, { attempt, generation }: Life): World => {
    const id = rules.deathAGeneration ? deathOf({ attempt, generation }) : `${attempt}`
    return world.letters.includes(id)
      ? world
      : { ...world, letters: [...world.letters, id].toSorted(), letter: id }
  }

  /** With everything that follows from it, in the same transaction. */
  const write = (world: World, status: Status, life: Life): World => {
    if (isWaiting(status)) return { ...world, status, register: "to announce" }
    const settled = { ...world, status, counted: world.counted + 1 }
    return isDead(settled) ? bury(settled, life) : settled
  }

  const isOfLife = (world: World, { generation }: Life): boolean =>
    !rules.generationFence || world.generation === generation

  const isStartedBy = (world: World, worker: number, attempt: number): boolean =>
    world.status === "sending" && world.attempt === attempt && (!rules.ownerFence || world.worker === worker)

  /** An operator's word: what was counted is counted no more, and what is put back begins another generation. */
  const decide = (world: World, status: Status): World => {
    const asked = { ...world, orders: world.orders - 1, letter: null }
    if (!isWaiting(status)) return write({ ...asked, counted: asked.counted - 1 }, status, asked)
    const reopened = { ...asked, generation: asked.generation + 1 }
    return rules.reopensWhole
      ? write({ ...reopened, counted: reopened.counted - 1 }, status, reopened)
      : { ...reopened, status, counted: reopened.counted - 1, register: "none" }
  }

  return {
    /** Null: no row was written. */
    start: (world: World, hand: Hand): World | null =>
      isWaiting(world.status) &&
      (!rules.attemptFence || world.attempt === hand.attempt) &&
      isOfLife(world, hand)
        ? { ...world, status: "sending", attempt: world.attempt + 1, worker: hand.owner }
        : null,
    /** Null: no row was written. */
    giveBack: (world: World, { attempt, owner }: Hand): World | null =>
      isStartedBy(world, owner, attempt + 1) ? { ...world, status: "queued", attempt, worker: null } : null,
    settle: (world: World, hand: Hand): World => {
      const { attempt, generation, owner, result } = hand
      const status = decisions.afterResult(`${generation} ${attempt} ${result ?? "unknown"}`)
      if (isStartedBy(world, owner, attempt) && isOfLife(world, hand)) return write(world, status, hand)
      return rules.countsWritten || isWaiting(status) ? world : { ...world, counted: world.counted + 1 }
    },
    /** It was found that it can never be sent. */
    giveUp: (world: World, hand: Hand): World =>
      isWaiting(world.status) && world.attempt === hand.attempt && isOfLife(world, hand)
        ? write(world, decisions.afterRendering(`${hand.generation} ${hand.attempt}`), hand)
        : world,
    recover: (world: World): World =>
      write(world, decisions.afterDeath(`${world.generation} ${world.attempt}`), world),
    replay: (world: World): World =>
      decide(world, decisions.afterReplay(`${world.generation} ${world.attempt}`)),
    /** Where it may be sent again, that is the operator's risk. */
    resolve: (world: World, as: Word): World =>
      decide(
        { ...world, risks: world.risks + (as === "sent" ? 0 : 1) },
        decisions.afterWord(`${world.generation} ${world.attempt} ${as}`)
      )
  }
}

export type Statements = ReturnType<typeof makeStatements>
