/** What is said of runs, to people and to programs. */

import { type Evidence, type Recovered } from "./Evidence.ts"
import { describeFault } from "./Fault.ts"
import { type Growth, growthOf } from "./flat.ts"
import { type Finding } from "./judge.ts"
import { type Run } from "./runOnce.ts"
import { type Scenario } from "./Scenario.ts"
import { timeline } from "./timeline.ts"

/** Messages of a failing run whose timeline is shown. */
const mostTimelines = 5
const mostFindings = 20

/** One run, as one line of JSON. */
export interface Outcome {
  readonly scenario: string
  readonly seed: number
  readonly passed: boolean
  /** Why it was not run; else absent. */
  readonly skipped?: string
  readonly acknowledged: number
  readonly messages: number
  readonly mails: number
  /** Mails that came a second time, each of the class that is sent again. */
  readonly again: number
  readonly unknown: number
  readonly drain_ms: number
  readonly wall_ms: number
  readonly recovered: ReadonlyArray<Recovered>
  /** What each process took when it had warmed up, and at the end; empty where the plan was not calm. */
  readonly growth: ReadonlyArray<Growth>
  /** How often each rule was broken. */
  readonly broken: Readonly<Record<string, number>>
}

const countRules = (findings: ReadonlyArray<Finding>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { rule } of findings) counts[rule] = (counts[rule] ?? 0) + 1
  return counts
}

/** A run whose servers were spoilt passes where it finds the loss. */
const hasPassed = ({ spoilt }: Scenario, findings: ReadonlyArray<Finding>): boolean =>
  spoilt === undefined ? findings.length === 0 : findings.some(({ rule }) => rule === "lost")

export const outcomeOf = (scenario: Scenario, { evidence, findings, wall_ms }: Run): Outcome => ({
  scenario: evidence.plan.scenario,
  seed: evidence.plan.seed,
  passed: hasPassed(scenario, findings),
  acknowledged: evidence.acknowledged.size,
  messages: evidence.messages.length,
  mails: evidence.taken.length,
  again: evidence.taken.length - new Set(evidence.taken.map(({ messageId }) => messageId)).size,
  unknown: evidence.messages.filter(({ status }) => status === "unknown").length,
  drain_ms: evidence.drain_ms,
  wall_ms,
  recovered: evidence.recovered,
  growth: evidence.plan.faults.some(({ fault }) => fault._tag === "Calm") ? growthOf(evidence.samples) : [],
  broken: countRules(findings)
})

const nothing = {
  acknowledged: 0,
  messages: 0,
  mails: 0,
  again: 0,
  unknown: 0,
  drain_ms: 0,
  wall_ms: 0,
  recovered: [],
  growth: [],
  broken: {}
}

export const outcomeOfSkipped = ({ name }: Scenario, seed: number, why: string): Outcome => ({
  ...nothing,
  scenario: name,
  seed,
  passed: true,
  skipped: why
})

/** The driver itself could not go on. */
export const outcomeOfBroken = ({ name }: Scenario, seed: number): Outcome => ({
  ...nothing,
  scenario: name,
  seed,
  passed: false,
  broken: { driver: 1 }
})

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** One run in one line. */
export const lineOf = (outcome: Outcome): string => {
  const { acknowledged, again, broken, drain_ms, mails, passed, recovered, scenario, seed } = outcome
  const head = `${passed ? "passed" : "FAILED"}  ${scenario} --seed ${seed}`
  if (outcome.skipped !== undefined) return `skipped ${scenario} --seed ${seed}: ${outcome.skipped}`
  const back = recovered.map(({ delivered_ms, what }) => `${what} back: first mail ${seconds(delivered_ms)}`)
  const grown = outcome.growth.map(
    ({ descriptors, memory_bytes, process }) =>
      `${process} ${memory_bytes.map((bytes) => Math.round(bytes / 2 ** 20)).join(" → ")} MiB, ${descriptors.join(" → ")} descriptors`
  )
  return [
    `${head}: ${acknowledged} acknowledged, ${mails} mails, ${again} again, ${outcome.unknown} unknown`,
    `settled ${seconds(drain_ms)} after the load, ${seconds(outcome.wall_ms)} in all`,
    ...back,
    ...grown,
    ...Object.entries(broken).map(([rule, count]) => `${rule}: ${count}`)
  ].join("; ")
}

const planOf = ({ plan: { faults } }: Evidence): ReadonlyArray<string> => faults.map(describeFault)

/** Why a run failed: its plan, what was found, and what became of the first messages concerned. */
export const explainRun = ({ evidence, findings }: Run): string => {
  const events = [...new Set(findings.flatMap(({ eventId }) => eventId ?? []))].slice(0, mostTimelines)
  const { scenario, seed } = evidence.plan
  return [
    `${scenario}, again: npm run chaos -- ${scenario} --seed ${seed}`,
    "The plan:",
    ...planOf(evidence).map((line) => `  ${line}`),
    "Found:",
    ...findings.slice(0, mostFindings).map(({ eventId = "", rule, what }) => `  ${rule}: ${what} ${eventId}`),
    ...(findings.length > mostFindings ? [`  and ${findings.length - mostFindings} more`] : []),
    "Balance:",
    `  ${JSON.stringify(evidence.balance)}; left in streams: ${JSON.stringify(evidence.leftInStreams)}`,
    "What became of them:",
    ...events.flatMap((eventId) => timeline(evidence, eventId)).map((line) => `  ${line}`)
  ].join("\n")
}
