/**
 * All that can happen next in the model's world.
 *
 * One assumption: a start whose connection broke is over, one way or the other, before the process that repeats it has
 * had two answers from the ledger.
 */

import { makeStatements, type MessageClass, type Statements, words } from "./statements.ts"
import {
  type Hand,
  idle,
  isDead,
  isOpen,
  isOver,
  isWaiting,
  type Phase,
  type Process,
  type Rules,
  type Step,
  type World
} from "./world.ts"

/** A batch in hand, and the ways to say what it may do next. */
interface Turn {
  readonly world: World
  readonly hand: Hand
  readonly process: Process
  readonly statements: Statements
  readonly rules: Rules
  /** Another batch of the process has the job under way. */
  readonly isElsewhere: boolean
  readonly step: (name: string, next: World, changes?: Partial<Hand>) => void
  readonly fault: (name: string, next: World, changes?: Partial<Hand>) => void
}

const started = ({ attempt }: World): Partial<Hand> => ({ phase: "started", attempt, isFloating: false })

const moves: Record<Phase, (turn: Turn) => void> = {
  idle: ({ process, step, world }) => {
    if (world.hints === 0) return
    const taken = { ...world, hints: world.hints - 1 }
    const { attempt, generation } = world
    if (!isWaiting(world.status)) step("ack", taken, idle)
    else step("load", taken, { phase: "loaded", attempt, generation, owner: process.identity })
  },
  doomed: ({ hand, statements, step, world }) => {
    step("give up", statements.giveUp(world, hand), idle)
  },
  loaded: ({ fault, hand, isElsewhere, process, rules, statements, step, world }) => {
    if (rules.onceAProcess && isElsewhere) return step("leave it to the other batch", world, idle)
    fault("no template", world, { phase: "doomed" })
    const owner = process.identity
    const next = statements.start(world, { ...hand, owner })
    step("start", next ?? world, next === null ? idle : { ...started(next), owner })
    fault("start, answer lost", next ?? world, { phase: "lost", owner })
    fault("start, late", world, { phase: "lost", owner, isFloating: true })
  },
  lost: ({ hand, statements, step, world }) => {
    step("give back", statements.giveBack(world, hand) ?? world, { phase: "again" })
  },
  again: ({ hand, rules, statements, step, world }) => {
    const next = statements.start(world, hand)
    if (next !== null) step("start again", next, started(next))
    // Whoever waits for the row's lock has its answer after the late start.
    else if (!hand.isFloating) step("find it taken", world, rules.looksTwice ? { phase: "taken" } : idle)
  },
  taken: ({ hand, statements, step, world }) => {
    const given = statements.giveBack(world, hand)
    step("look whether it was us", given ?? world, given === null ? idle : { phase: "again" })
  },
  started: ({ hand, process, step, world }) => {
    const mayProceed = hand.owner === process.identity && world.identities[hand.owner] !== "dead"
    step(
      mayProceed ? "may proceed" : "drop",
      world,
      mayProceed ? { phase: "sure" } : { phase: "ended", result: "transient" }
    )
  },
  sure: ({ fault, step, world }) => {
    const handedOver = { ...world, sends: world.sends + 1 }
    step("sent", handedOver, { phase: "ended", result: "sent" })
    step("not now", world, { phase: "ended", result: "transient" })
    fault(
      "sent, yes lost",
      { ...handedOver, excuses: world.excuses + 1 },
      { phase: "ended", result: "unknown" }
    )
    fault("not sent, no one knows", world, { phase: "ended", result: "unknown" })
  },
  ended: ({ fault, hand, rules, statements, step, world }) => {
    const next = statements.settle(world, hand)
    step("settle", next, idle)
    fault("settle, answer lost", next)
    const refused = rules.holdsRefused ? { phase: "refused" as const } : idle
    fault("settle, refused", { ...world, excuses: world.excuses + 1 }, refused)
  },
  refused: ({ process, step, world }) => {
    const isStill = world.status === "sending" && world.worker === process.identity
    if (!isStill) step("find it closed", world, idle)
  }
}

/** With one of the processes changed. */
const withProcess = (world: World, p: number, changes: Partial<Process>): World => ({
  ...world,
  processes: world.processes.map((one, i) => (i === p ? { ...one, ...changes } : one))
})

const stepsOfHand = (world: World, place: readonly [number, number], laws: Laws): ReadonlyArray<Step> => {
  const [p, h] = place
  const process = world.processes[p]
  const hand = process?.hands[h]
  if (process === undefined || hand === undefined || process.isFrozen) return []
  const steps: Array<Step> = []
  const put = (next: World, changes: Partial<Hand>): World =>
    withProcess(next, p, {
      hands: process.hands.map((one, i) => (i === h ? { ...one, ...changes } : one))
    })
  const add =
    (isFault: boolean) =>
    (name: string, next: World, changes: Partial<Hand> = {}) => {
      const faults = world.faults - (isFault ? 1 : 0)
      if (faults >= 0)
        steps.push({ name: `${name} (${p}.${h})`, isFault, world: put({ ...next, faults }, changes) })
    }
  const isElsewhere = process.hands.some(({ phase }, i) => i !== h && phase !== "idle" && phase !== "loaded")
  if (hand.isFloating)
    add(false)("late start", laws.statements.start(world, hand) ?? world, { isFloating: false })
  moves[hand.phase]({ ...laws, world, hand, process, isElsewhere, step: add(false), fault: add(true) })
  return steps
}

const stepsOfProcess = (world: World, p: number): ReadonlyArray<Step> => {
  const process = world.processes[p]
  if (process === undefined) return []
  const { hands, identity, isFrozen } = process
  const steps: Array<Step> = []
  const renamed = { identity: world.identities.length }
  const identities = [...world.identities, "beating" as const]
  const isDead = world.identities[identity] === "dead"
  if (isFrozen)
    steps.push({ name: `thaw ${p}`, isFault: false, world: withProcess(world, p, { isFrozen: false }) })
  else if (isDead)
    steps.push({
      name: `new name ${p}`,
      isFault: false,
      world: withProcess({ ...world, identities }, p, renamed)
    })
  const held = hands.filter(({ phase }) => phase !== "idle").length
  if (world.faults === 0 || held === 0) return steps
  const less = { ...world, faults: world.faults - 1, excuses: world.excuses + 1 }
  if (!isFrozen)
    steps.push({ name: `freeze ${p}`, isFault: true, world: withProcess(less, p, { isFrozen: true }) })
  const gone = identities.map((one, i) => (i === identity && one === "beating" ? "gone" : one))
  const after = { ...less, identities: gone, hints: Math.min(2, world.hints + held) }
  const reborn = { ...renamed, isFrozen: false, hands: hands.map(() => idle) }
  steps.push({ name: `crash ${p}`, isFault: true, world: withProcess(after, p, reborn) })
  return steps
}

/** The relay, the reconciler, and a stream that is lost; the loss is noticed. */
const stepsOfRegister = (world: World, { rules }: Laws): ReadonlyArray<Step> => {
  const waits = isWaiting(world.status)
  const isKept = rules.keepsSending ? isOpen(world) : waits
  const steps: Array<Step> = []
  const step = (name: string, next: Partial<World>) =>
    steps.push({ name, isFault: false, world: { ...world, ...next } })
  if (world.register === "to announce")
    step("announce", { register: "announced", hints: waits ? Math.min(2, world.hints + 1) : world.hints })
  if (world.register === "announced") step("reconcile", { register: isKept ? "to announce" : "none" })
  if (world.faults === 0 || world.hints === 0) return steps
  const register = world.register === "none" ? "none" : "to announce"
  const lost = { ...world, hints: 0, faults: world.faults - 1, register } as const
  return [...steps, { name: "stream lost", isFault: true, world: lost }]
}

/** From before its start until its settlement is written. */
const isUnderWay = ({ hands }: Process): boolean =>
  hands.some(({ phase }) => phase !== "idle" && phase !== "loaded" && phase !== "refused")

const stepsOfSelfCheck = (world: World, { rules, statements }: Laws): ReadonlyArray<Step> => {
  const owner = world.processes.find(({ identity }) => identity === world.worker)
  const isForgotten =
    world.status === "sending" && owner !== undefined && !owner.isFrozen && !isUnderWay(owner)
  return rules.selfCheck && isForgotten
    ? [{ name: "close the forgotten", isFault: false, world: statements.recover(world) }]
    : []
}

const stepsOfRecovery = (world: World, { statements }: Laws): ReadonlyArray<Step> => {
  const isSilent = (identity: number): boolean =>
    world.identities[identity] === "gone" ||
    world.processes.some((one) => one.identity === identity && one.isFrozen)
  const noticed = world.identities.flatMap((state, identity): ReadonlyArray<Step> => {
    if (state === "dead" || !isSilent(identity)) return []
    const identities = world.identities.map((one, i) => (i === identity ? "dead" : one))
    return [{ name: `take ${identity} for dead`, isFault: false, world: { ...world, identities } }]
  })
  const isLost =
    world.status === "sending" && world.worker !== null && world.identities[world.worker] === "dead"
  return isLost
    ? [...noticed, { name: "recover", isFault: false, world: statements.recover(world) }]
    : noticed
}

/** Whoever reads the letter of a death, or looks after what is in doubt. */
const stepsOfOperator = (world: World, { statements }: Laws): ReadonlyArray<Step> => {
  if (world.orders === 0) return []
  const said = (name: string, next: World): Step => ({ name, isFault: false, world: next })
  if (isDead(world) && world.letter !== null) return [said("replay", statements.replay(world))]
  return world.status === "unknown"
    ? words.map((word) => said(`resolve as ${word}`, statements.resolve(world, word)))
    : []
}

interface Laws {
  readonly statements: Statements
  readonly rules: Rules
}

export const makeSteps = (messageClass: MessageClass, rules: Rules) => {
  const laws: Laws = { statements: makeStatements(messageClass, rules), rules }
  return (world: World): ReadonlyArray<Step> =>
    isOver(world)
      ? []
      : [
          ...stepsOfHand(world, [0, 0], laws),
          ...stepsOfHand(world, [0, 1], laws),
          ...stepsOfHand(world, [1, 0], laws),
          ...stepsOfProcess(world, 0),
          ...stepsOfProcess(world, 1),
          ...stepsOfRegister(world, laws),
          ...stepsOfRecovery(world, laws),
          ...stepsOfOperator(world, laws),
          ...stepsOfSelfCheck(world, laws)
        ]
}
