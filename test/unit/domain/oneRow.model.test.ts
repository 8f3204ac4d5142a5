/** Every state that one row can get into, with everything that may go wrong at any step, is a good one. */

import { assert, describe, it } from "@effect/vitest"

import { type MessageClass } from "./oneRow/statements.ts"
import { makeSteps } from "./oneRow/steps.ts"
import { begin, isDead, isOpen, keyOf, realRules, type Rules, type World } from "./oneRow/world.ts"

type Violation = "doubled" | "lost" | "stuck" | "miscounted" | "silent"

interface Visited {
  readonly world: World
  readonly path: string | null
  readonly step: string
}

/** What is wrong with a state, seen alone. */
const violationOf = (world: World, messageClass: MessageClass): Violation | undefined => {
  const allowed = 1 + world.risks + (messageClass === "campaign" ? 0 : world.excuses)
  if (world.sends > allowed) return "doubled"
  if (isOpen(world) && world.register === "none") return "lost"
  if (isDead(world) && world.letter === null) return "silent"
  return world.counted === (isOpen(world) ? 0 : 1) ? undefined : "miscounted"
}

/** The steps that led there, for whoever reads the failure. */
const story = (visited: ReadonlyMap<string, Visited>, key: string): string => {
  const names: Array<string> = []
  for (let at = visited.get(key); at !== undefined; at = at.path === null ? undefined : visited.get(at.path))
    names.unshift(at.step)
  return names.join(" → ")
}

interface Explored {
  readonly states: number
  readonly violation?: Violation
  readonly story?: string
}

/** What may happen at most. */
interface Budget {
  readonly faults: number
  /** Words of an operator. */
  readonly orders: number
}

/** Breadth first, so that the story of a violation is among the shortest. */
const explore = (messageClass: MessageClass, rules: Rules, { faults, orders }: Budget): Explored => {
  const steps = makeSteps(messageClass, rules)
  const world = begin(faults, orders)
  const visited = new Map<string, Visited>([[keyOf(world), { world, path: null, step: "planned" }]])
  /** By state: from where calm steps lead there. */
  const calmly = new Map<string, Array<string>>()
  const found = (key: string, violation: Violation): Explored => ({
    states: visited.size,
    violation,
    story: story(visited, key)
  })
  for (const [key, { world }] of visited) {
    const violation = violationOf(world, messageClass)
    if (violation !== undefined) return found(key, violation)
    for (const step of steps(world)) {
      const next = keyOf(step.world)
      if (!visited.has(next)) visited.set(next, { world: step.world, path: key, step: step.name })
      if (step.isFault) continue
      const before = calmly.get(next)
      if (before === undefined) calmly.set(next, [key])
      else before.push(key)
    }
  }
  const stuck = firstStuck(visited, calmly)
  return stuck === undefined ? { states: visited.size } : found(stuck, "stuck")
}

/** A state from which no calm steps lead to the row's end. */
const firstStuck = (
  visited: ReadonlyMap<string, Visited>,
  calmly: ReadonlyMap<string, ReadonlyArray<string>>
): string | undefined => {
  const good = [...visited].flatMap(([key, { world }]) => (isOpen(world) ? [] : [key]))
  const seen = new Set(good)
  for (const key of good)
    for (const before of calmly.get(key) ?? [])
      if (!seen.has(before)) {
        seen.add(before)
        good.push(before)
      }
  return [...visited.keys()].find((key) => !seen.has(key))
}

interface Lacking {
  readonly missing: ReadonlyArray<keyof Rules>
  readonly messageClass: MessageClass
  readonly violation: Violation
  readonly budget: Budget
}

const oneFault = { faults: 1, orders: 0 }
const twoFaults = { faults: 2, orders: 0 }
const withAnOrder = { faults: 2, orders: 1 }

describe("one row's life", () => {
  it.each<[MessageClass, Budget]>([
    ["campaign", { faults: 2, orders: 0 }],
    ["transactional", { faults: 2, orders: 0 }],
    ["campaign", { faults: 1, orders: 1 }],
    ["transactional", { faults: 1, orders: 1 }]
  ])(
    "of a %s message has no bad state, with %o to come",
    (messageClass, budget) => {
      const { states, story: bad, violation } = explore(messageClass, realRules, budget)
      assert.isUndefined(violation, `${violation}: ${bad}`)
      assert.isAbove(states, 5000)
    },
    120_000
  )

  // The exploration itself must be able to fail: without one of the rules two faults at most are enough.
  it.each<Lacking>([
    { missing: ["ownerFence"], messageClass: "campaign", violation: "doubled", budget: oneFault },
    { missing: ["onceAProcess"], messageClass: "campaign", violation: "doubled", budget: oneFault },
    { missing: ["holdsRefused"], messageClass: "campaign", violation: "doubled", budget: twoFaults },
    // The self-check would make up for these two.
    {
      missing: ["attemptFence", "selfCheck"],
      messageClass: "transactional",
      violation: "stuck",
      budget: oneFault
    },
    {
      missing: ["looksTwice", "selfCheck"],
      messageClass: "transactional",
      violation: "stuck",
      budget: oneFault
    },
    { missing: ["selfCheck"], messageClass: "campaign", violation: "stuck", budget: oneFault },
    { missing: ["keepsSending"], messageClass: "campaign", violation: "lost", budget: oneFault },
    { missing: ["countsWritten"], messageClass: "transactional", violation: "miscounted", budget: oneFault },
    { missing: ["generationFence"], messageClass: "campaign", violation: "silent", budget: withAnOrder },
    {
      missing: ["deathAGeneration"],
      messageClass: "transactional",
      violation: "silent",
      budget: withAnOrder
    },
    { missing: ["reopensWhole"], messageClass: "campaign", violation: "lost", budget: withAnOrder }
  ])(
    "goes wrong without $missing: a $messageClass message is $violation",
    ({ budget, messageClass, missing, violation }) => {
      const without = Object.fromEntries(missing.map((rule) => [rule, false]))
      const explored = explore(messageClass, { ...realRules, ...without }, budget)
      assert.strictEqual(explored.violation, violation, explored.story)
    },
    120_000
  )
})
