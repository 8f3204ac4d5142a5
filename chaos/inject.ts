/** Does to a world what the plan says, at its time; returns when the fault is over and what was away is back. */

import { rmSync } from "node:fs"

import { Clock, Effect, Match } from "effect"

import { type ServerFailed } from "#src/embedded/ServerProcess.ts"

import { fillDisk } from "./Disk.ts"
import { type Outage, type Recovered } from "./Evidence.ts"
import { type Fault, processNames, type ServerName } from "./Fault.ts"
import { backendsOf, childrenOf } from "./proc.ts"
import { replayTwice } from "./replayTwice.ts"
import { type Plan } from "./Scenario.ts"
import { signalProcess } from "./Server.ts"
import { type World } from "./World.ts"

export interface FaultLog {
  readonly outages: Array<Outage>
  readonly recovered: Array<Recovered>
}

/** Publishes an event and says how long it took to be accepted, and until its mail was there. */
export type Probe = (what: string) => Effect.Effect<Recovered>

export interface InjectorOptions {
  readonly probe: Probe
  /** Answers that cannot both be true are noted here. */
  readonly contradictions: Array<string>
}

/** Notes how long it took until an event led to a mail again. */
type Recovers = (what: string) => Effect.Effect<void>

type Of<Tag extends Fault["_tag"]> = Extract<Fault, { readonly _tag: Tag }>

const together = { concurrency: "unbounded", discard: true } as const

const processFaults = ({ engine, mail }: World) => ({
  Calm: ({ for_ms }: Of<"Calm">) => Effect.sleep(for_ms),
  Freeze: ({ for_ms, process }: Of<"Freeze">) =>
    engine
      .signal(process, "SIGSTOP")
      .pipe(Effect.andThen(Effect.sleep(for_ms)), Effect.andThen(engine.signal(process, "SIGCONT"))),
  Kill: ({ back_ms, process }: Of<"Kill">) =>
    engine.kill(process).pipe(Effect.andThen(Effect.sleep(back_ms)), Effect.andThen(engine.start(process))),
  Provider: ({ for_ms, trouble }: Of<"Provider">) =>
    Effect.sync(() => mail.give(trouble)).pipe(
      Effect.andThen(Effect.sleep(for_ms)),
      Effect.andThen(Effect.sync(mail.heal))
    ),
  Stop: ({ process }: Of<"Stop">) => Effect.andThen(engine.stop(process), engine.start(process))
})

const serverFaults = (
  { disks, servers, store, wires }: World,
  recovers: Recovers,
  outages: Array<Outage>
) => {
  /** `down` returns when the server is gone; `up` is begun when it is to come back. */
  const away = Effect.fnUntraced(function* (
    { for_ms, server }: { readonly for_ms: number; readonly server: ServerName },
    steps: { readonly down: Effect.Effect<void>; readonly up: Effect.Effect<void, ServerFailed> }
  ) {
    yield* steps.down
    const from = yield* Clock.currentTimeMillis
    yield* Effect.sleep(for_ms)
    const until = yield* Clock.currentTimeMillis
    if (server === "postgres") outages.push({ from, until })
    yield* Effect.orDie(steps.up)
    yield* recovers(server)
  })
  const erase = Effect.sync(() => rmSync(store, { recursive: true, force: true }))

  return {
    EraseStore: ({ for_ms }: Of<"EraseStore">) =>
      away(
        { for_ms, server: "nats" },
        { down: Effect.andThen(servers.nats.kill, erase), up: servers.nats.start }
      ),
    FullDisk: Effect.fnUntraced(function* ({ for_ms, server }: Of<"FullDisk">) {
      const empty = yield* fillDisk(disks[server])
      yield* Effect.sleep(for_ms)
      yield* empty
      // What `docs/operation.md` tells an operator to do.
      yield* Effect.andThen(servers[server].stop, Effect.orDie(servers[server].start))
      yield* recovers(`${server} (its disk was full)`)
    }),
    KillBackend: () =>
      Effect.suspend(() => {
        const [victim] = backendsOf(servers.postgres.pid())
        return victim === undefined ? Effect.void : signalProcess(victim, "SIGKILL")
      }),
    ServerAway: ({ for_ms, how, server }: Of<"ServerAway">) =>
      away({ for_ms, server }, { down: servers[server][how], up: servers[server].start }),
    Wire: Effect.fnUntraced(function* ({ for_ms, link, trouble }: Of<"Wire">) {
      wires.get(link)?.give(trouble)
      yield* Effect.sleep(for_ms)
      wires.get(link)?.heal()
      yield* recovers(`${link} (${trouble})`)
    })
  }
}

const machineFaults = ({ disks: { power }, engine, servers }: World, recovers: Recovers) => {
  const killEverything = Effect.all(
    [...processNames.map(engine.kill), servers.nats.kill, servers.postgres.kill],
    together
  )
  const startEverything = Effect.all(
    [
      ...processNames.map(engine.start),
      Effect.orDie(servers.nats.start),
      Effect.orDie(servers.postgres.start)
    ],
    together
  ).pipe(Effect.andThen(recovers("everything")))

  /** No acknowledgement may leave after the instant at which the disk stops: who could send one stands still. */
  const PowerCut = Effect.fnUntraced(function* () {
    if (power === undefined) return yield* Effect.die("this scenario has no disk whose power can be cut")
    const postmaster = servers.postgres.pid()
    const everybody = [
      ...engine.pids().map(([, pid]) => pid),
      servers.nats.pid(),
      postmaster,
      ...childrenOf(postmaster)
    ]
    const tell = (signal: "SIGSTOP" | "SIGKILL") =>
      Effect.forEach(everybody, (pid) => signalProcess(pid, signal), { discard: true })
    yield* tell("SIGSTOP")
    yield* Effect.ensuring(Effect.orDie(power.cut), tell("SIGKILL"))
    yield* killEverything
    yield* Effect.orDie(power.mountCopy)
    yield* startEverything
  })

  return {
    KillAll: ({ back_ms }: Of<"KillAll">) =>
      killEverything.pipe(Effect.andThen(Effect.sleep(back_ms)), Effect.andThen(startEverything)),
    PowerCut
  }
}

export const makeInjector = (world: World, plan: Plan, { contradictions, probe }: InjectorOptions) => {
  const log: FaultLog = { outages: [], recovered: [] }
  const recovers: Recovers = (what) => Effect.map(probe(what), (found) => void log.recovered.push(found))
  const inject = Match.typeTags<Fault>()({
    ...processFaults(world),
    ...serverFaults(world, recovers, log.outages),
    ...machineFaults(world, recovers),
    ReplayTwice: () => Effect.orDie(replayTwice(world, plan, contradictions))
  })

  /** All of them, each at its time. */
  const run = Effect.forEach(
    plan.faults,
    ({ at_ms, fault }) => Effect.andThen(Effect.sleep(at_ms), inject(fault)),
    together
  )

  return { log, run }
}
