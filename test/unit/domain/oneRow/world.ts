/**
 * The world of a small model of one row's life: two processes, one of them with two batches in hand, one row, and hints
 * that come twice.
 */

import { type Status } from "#schemas/Status.ts"
import { type AttemptResult } from "#src/domain/Attempt.ts"

/** What the real code does; each one can be taken away, to see that it is needed. */
export interface Rules {
  /** A settle writes, and a give-back takes, only what its own worker started. */
  readonly ownerFence: boolean
  /** A start writes only where the row has had no attempt since it was loaded. */
  readonly attemptFence: boolean
  /** A process starts a job only where no other batch of its own has it under way. */
  readonly onceAProcess: boolean
  /** A start that finds the row taken after an answer was lost looks whether it was itself. */
  readonly looksTwice: boolean
  /** The reconciler keeps what is being sent. */
  readonly keepsSending: boolean
  /** Counters follow what was written, not what was asked. */
  readonly countsWritten: boolean
  /** A start or settle writes only where no operator has put the row back since it was loaded. */
  readonly generationFence: boolean
  /** A death of each generation is a death of its own. */
  readonly deathAGeneration: boolean
  /** Who puts a row back announces it, and takes its end out of the counters. */
  readonly reopensWhole: boolean
  /** A process closes what it is said to be sending and does not have under way. */
  readonly selfCheck: boolean
  /** A process starts nothing again whose settlement was refused, until it is closed. */
  readonly holdsRefused: boolean
}

export const realRules: Rules = {
  ownerFence: true,
  attemptFence: true,
  onceAProcess: true,
  looksTwice: true,
  keepsSending: true,
  countsWritten: true,
  generationFence: true,
  deathAGeneration: true,
  reopensWhole: true,
  selfCheck: true,
  holdsRefused: true
}

/**
 * Of a batch in hand: `doomed` no attempt was left when it was loaded; `lost` its start had no answer, `again` that was
 * taken back, `taken` the next start found the row taken; `sure` it may write the final dot; `refused` its settlement was.
 */
export const phases = [
  "idle",
  "loaded",
  "doomed",
  "lost",
  "again",
  "taken",
  "started",
  "sure",
  "ended",
  "refused"
] as const
export type Phase = (typeof phases)[number]

/** A batch in hand, with this row's hint in it unless it is idle. */
export interface Hand {
  readonly phase: Phase
  /** The row's attempt as it was loaded; from `started` on its own. */
  readonly attempt: number
  /** The row's generation as it was loaded. */
  readonly generation: number
  readonly owner: number
  readonly result: AttemptResult | null
  /** Its lost start has not reached the row yet, and may still. */
  readonly isFloating: boolean
}

export interface Process {
  readonly identity: number
  readonly isFrozen: boolean
  readonly hands: ReadonlyArray<Hand>
}

export interface World {
  readonly status: Status
  readonly attempt: number
  readonly generation: number
  readonly worker: number | null
  readonly processes: ReadonlyArray<Process>
  /** By identity; `gone` crashed, and nobody has noticed yet. */
  readonly identities: ReadonlyArray<"beating" | "gone" | "dead">
  /** Hints in the stream; two stand for many. */
  readonly hints: number
  /** The row's place in the register of open work. */
  readonly register: "none" | "to announce" | "announced"
  readonly sends: number
  /** How many ends were counted. */
  readonly counted: number
  /** Crashes, freezes and lost yeses so far: what may excuse that a transactional message is sent again. */
  readonly excuses: number
  /** Faults that may still happen. */
  readonly faults: number
  /** Words that an operator may still say. */
  readonly orders: number
  /** Words so far that send again what may have been sent. */
  readonly risks: number
  /** The ids of all dead letters, by the death that they are of. */
  readonly letters: ReadonlyArray<string>
  /** The open one. */
  readonly letter: string | null
}

export interface Step {
  readonly name: string
  readonly isFault: boolean
  readonly world: World
}

export const idle: Hand = {
  phase: "idle",
  attempt: 0,
  generation: 0,
  owner: 0,
  result: null,
  isFloating: false
}

/** Planned, with so many faults and words of an operator to come. */
export const begin = (faults: number, orders = 0): World => ({
  status: "queued",
  attempt: 0,
  generation: 0,
  worker: null,
  processes: [
    { identity: 0, isFrozen: false, hands: [idle, idle] },
    { identity: 1, isFrozen: false, hands: [idle] }
  ],
  identities: ["beating", "beating"],
  hints: 0,
  register: "to announce",
  sends: 0,
  counted: 0,
  excuses: 0,
  faults,
  orders,
  risks: 0,
  letters: [],
  letter: null
})

export const isWaiting = (status: Status): boolean => status === "queued" || status === "retrying"
export const isOpen = ({ status }: World): boolean => isWaiting(status) || status === "sending"

const deaths: ReadonlySet<Status> = new Set(["failed", "bounced", "dead"])
export const isDead = ({ status }: World): boolean => deaths.has(status)

/** An operator has something to decide. */
const isAskable = (world: World): boolean => isDead(world) || world.status === "unknown"

/** An attempt of a generation. */
export interface Life {
  readonly attempt: number
  readonly generation: number
}

export const deathOf = ({ attempt, generation }: Life): string => `${generation}.${attempt}`

/** Nothing can happen any more that changes what became of the row. */
export const isOver = (world: World): boolean =>
  !isOpen(world) &&
  (world.orders === 0 || !isAskable(world)) &&
  world.processes.every(({ hands }) =>
    hands.every(({ phase }) => phase !== "started" && phase !== "sure" && phase !== "ended")
  )

/**
 * The same for worlds that differ in nothing that matters: which of a process's hands holds what, and how the workers
 * that still matter are numbered.
 */
export const keyOf = (world: World): string => {
  const names = new Map<number, number>()
  const nameOf = (identity: number): string => {
    const name = names.get(identity) ?? names.size
    names.set(identity, name)
    return `${name}${world.identities[identity]}`
  }
  const ofHand = ({ attempt, generation, isFloating, owner, phase, result }: Hand): string =>
    phase === "idle" ? "" : [phase, attempt, generation, nameOf(owner), result, isFloating].join(" ")
  const processes = world.processes.map(({ hands, identity, isFrozen }) =>
    [nameOf(identity), isFrozen, ...hands.map(ofHand).toSorted()].join(",")
  )
  const worker = world.worker === null ? "" : nameOf(world.worker)
  const { attempt, counted, excuses, faults, generation, hints, letter, letters, orders, register } = world
  const { risks, sends, status } = world
  const row = [status, attempt, generation, worker, letter, letters.join(" ")]
  return [...row, ...processes, hints, register, sends, counted, excuses, faults, orders, risks].join("|")
}
