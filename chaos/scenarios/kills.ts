/** Processes that die or stand still. */

import { type Random } from "../random.ts"
import { type Scenario } from "../Scenario.ts"
import { at, midway, usualLoad } from "./shape.ts"

const killsOf = (process: "gateway" | "planner") => (random: Random) =>
  [1500, 5000].map((from) =>
    at(random.between(from, from + 2500), { _tag: "Kill", process, back_ms: random.between(100, 2500) })
  )

export const kills: ReadonlyArray<Scenario> = [
  {
    name: "kill-worker",
    about: "kill -9 of workers with messages in the air",
    promises: ["P1", "P4", "P5", "P6"],
    load: usualLoad,
    faults: (random) =>
      [1000, 5000].map((from) =>
        at(random.between(from, from + 3000), {
          _tag: "Kill",
          process: random.pick(["worker-1", "worker-2"]),
          back_ms: random.between(100, 4000)
        })
      )
  },
  {
    name: "kill-planner",
    about: "kill -9 of the planner with events on their way",
    promises: ["P1", "P6"],
    load: usualLoad,
    faults: killsOf("planner")
  },
  {
    name: "kill-gateway",
    about: "kill -9 of the gateway while it answers",
    promises: ["P1", "P3", "P6"],
    load: usualLoad,
    faults: killsOf("gateway")
  },
  {
    name: "kill-nats",
    about: "kill -9 of the NATS server, twice",
    promises: ["P1", "P2", "P6"],
    load: usualLoad,
    faults: (random) =>
      [1000, 5000].map((from) =>
        at(random.between(from, from + 2500), {
          _tag: "ServerAway",
          server: "nats",
          how: "kill",
          for_ms: random.between(100, 2000)
        })
      )
  },
  {
    name: "kill-postgres",
    about: "kill -9 of the postmaster, and of one process that serves a connection",
    promises: ["P1", "P6"],
    load: usualLoad,
    faults: (random) => [
      at(random.between(1000, 3000), { _tag: "KillBackend" }),
      at(random.between(4500, 7000), {
        _tag: "ServerAway",
        server: "postgres",
        how: "kill",
        for_ms: random.between(100, 2000)
      })
    ]
  },
  {
    name: "restart-all",
    about: "kill -9 of every process and both servers at once, then everything again",
    promises: ["P1", "P4", "P5", "P6"],
    load: usualLoad,
    faults: (random) => [at(midway(random), { _tag: "KillAll", back_ms: random.between(100, 2000) })]
  },
  {
    name: "freeze-worker",
    about: "SIGSTOP of a worker for 20 s, until it is taken for dead, and of the other for a moment; SIGCONT",
    promises: ["P4", "P5", "P6"],
    load: { ...usualLoad, over_ms: 20_000 },
    faults: (random) => [
      at(random.between(1000, 4000), {
        _tag: "Freeze",
        process: "worker-1",
        for_ms: random.between(19_000, 23_000)
      }),
      at(random.between(6000, 12_000), {
        _tag: "Freeze",
        process: "worker-2",
        for_ms: random.between(500, 11_000)
      })
    ]
  }
]
