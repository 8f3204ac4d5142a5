/** One run: a world, its load and its faults, the drain, the evidence, the verdict. */

import { Clock, Effect, Option, Schedule } from "effect"

import { type Cluster } from "./cluster.ts"
import { collect, collectStopped, isSettled, readBalance } from "./collect.ts"
import { type Evidence, type Recovered, type Sample } from "./Evidence.ts"
import { processNames, type TimedFault } from "./Fault.ts"
import { makeInjector, type Probe } from "./inject.ts"
import { type Finding, judge } from "./judge.ts"
import { type Item, type PoisonPublication, type Publication } from "./Load.ts"
import { descriptorsOf, memoryOf_bytes } from "./proc.ts"
import { type Journal, makeJournal, makePublisher, type Publisher } from "./publish.ts"
import { makePlan, type Plan, type Scenario } from "./Scenario.ts"
import { makeWorld, type World } from "./World.ts"

/** Every message is settled within it, or the run has failed. */
const drainLimit = "120 seconds"

/** After the last publication and fault: who is not answered by then will never be. */
const patience_ms = 150_000

const endOfFault = ({ at_ms, fault }: TimedFault): number => at_ms + ("for_ms" in fault ? fault.for_ms : 0)

const endOf = ({ faults, load }: Plan): number =>
  Math.max(...load.publications.map(({ at_ms }) => at_ms), ...faults.map(endOfFault)) + patience_ms

const together = { concurrency: "unbounded", discard: true } as const

/** Number 0 of a run's probes is `u-probe-0`. */
const probeItem = (seed: number, number: number): Item => ({
  kind: "plain",
  eventId: `00000000-0000-4000-8000-${seed.toString(16).padStart(6, "0")}${number.toString(16).padStart(6, "0")}`,
  userId: `u-probe-${number}`,
  address: `probe-${number}@usual.example`,
  messageClass: "transactional",
  notBefore_ms: 0
})

/** An event over HTTP, asked again and again; its mail, looked for ten times a second for a minute. */
const makeProbe = ({ mail }: World, publisher: Publisher, seed: number) => {
  const items: Array<Item> = []
  const probe: Probe = Effect.fnUntraced(function* (what) {
    const item = probeItem(seed, items.length)
    items.push(item)
    const from = yield* Clock.currentTimeMillis
    yield* publisher.publish({ at_ms: 0, via: "http", items: [item], copies: 1 })
    const accepted_ms = (yield* Clock.currentTimeMillis) - from
    yield* Effect.sync(() => mail.sink.taken.some(({ to }) => to[0] === item.address)).pipe(
      Effect.repeat({ until: (isThere) => isThere, schedule: Schedule.spaced("100 millis") }),
      Effect.timeoutOption("60 seconds")
    )
    const delivered_ms = (yield* Clock.currentTimeMillis) - from
    return { what, accepted_ms, delivered_ms } satisfies Recovered
  })
  return { items, probe }
}

const at = <A, E>({ at_ms }: Publication | PoisonPublication, effect: Effect.Effect<A, E>) =>
  Effect.andThen(Effect.sleep(at_ms), effect)

const publishAll = ({ load }: Plan, publisher: Publisher) =>
  Effect.all(
    [
      ...load.publications.map((one) => at(one, publisher.publish(one))),
      ...load.poison.map((one) => at(one, publisher.poison(one)))
    ],
    together
  )

/** Looks every 0.7 s until all is settled; what it saw last, and whether that was so. */
const drain = Effect.fnUntraced(function* (world: World, plan: Plan, journal: Journal) {
  const poison = new Set(plan.load.poison.map(({ eventId }) => eventId))
  const events = new Set([...journal.acknowledged.keys()].filter((id) => !poison.has(id)))
  const from = yield* Clock.currentTimeMillis
  const settled = yield* collect(world).pipe(
    Effect.timeout("10 seconds"),
    Effect.option,
    Effect.map(Option.filter((seen) => isSettled(seen, { events, poison: plan.load.poison }))),
    Effect.repeat({ until: Option.isSome, schedule: Schedule.spaced("700 millis") }),
    Effect.timeoutOption(drainLimit)
  )
  return { drained: Option.isSome(settled), drain_ms: (yield* Clock.currentTimeMillis) - from }
})

const sampling = Effect.fnUntraced(function* (
  { engine, servers }: World,
  samples: Array<Sample>,
  startedAt: number
) {
  const at_ms = (yield* Clock.currentTimeMillis) - startedAt
  const all = [
    ...engine.pids(),
    ["nats", servers.nats.pid()] as const,
    ["postgres", servers.postgres.pid()] as const
  ]
  for (const [process, pid] of all)
    samples.push({ process, at_ms, memory_bytes: memoryOf_bytes(pid), descriptors: descriptorsOf(pid) })
})

export interface Run {
  readonly evidence: Evidence
  readonly findings: ReadonlyArray<Finding>
  readonly wall_ms: number
  /** What every process has said; of use where something was found. */
  readonly logs: ReadonlyArray<readonly [string, string]>
}

/** Fails only where the driver itself cannot go on. */
export const runOnce = Effect.fnUntraced(function* (scenario: Scenario, seed: number, cluster: Cluster) {
  const begun = yield* Clock.currentTimeMillis
  const plan = makePlan(scenario, seed)
  const world = yield* makeWorld(scenario, plan, cluster)
  const startedAt = yield* Clock.currentTimeMillis
  const journal = makeJournal()
  const samples: Array<Sample> = []
  yield* Effect.forkScoped(Effect.repeat(sampling(world, samples, startedAt), Schedule.spaced("5 seconds")))
  const publisher = makePublisher(world, journal, startedAt)
  const { items: probes, probe } = makeProbe(world, publisher, seed)
  const injector = makeInjector(world, plan, { probe, contradictions: journal.contradictions })

  yield* Effect.timeoutOption(Effect.all([publishAll(plan, publisher), injector.run], together), endOf(plan))
  const drained = yield* drain(world, plan, journal)
  // Where nobody answers any more, that is a finding.
  const balance = yield* Effect.orElseSucceed(readBalance(world), () => ({}))
  yield* Effect.forEach(processNames, world.engine.stop, together)
  const { sink } = world.mail
  const probed = { at_ms: 0, via: "http", items: probes, copies: 1 } as const
  const evidence: Evidence = {
    // What is read once may meet a machine that is busy with other runs.
    ...(yield* Effect.retry(collectStopped(world), { times: 5, schedule: Schedule.spaced("1 second") })),
    ...injector.log,
    ...journal,
    ...drained,
    balance,
    plan: { ...plan, load: { ...plan.load, publications: [...plan.load.publications, probed] } },
    startedAt,
    samples,
    taken: sink.taken,
    cutShort: sink.cutShort,
    stopped: world.engine.stopped,
    crashed: world.engine.crashed
  }
  return {
    evidence,
    findings: judge(evidence),
    wall_ms: (yield* Clock.currentTimeMillis) - begun,
    logs: yield* world.engine.logs
  } satisfies Run
}, Effect.scoped)
