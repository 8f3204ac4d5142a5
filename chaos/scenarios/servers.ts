/** Servers that go away, and their data with them. */

import { processNames } from "../Fault.ts"
import { type Scenario } from "../Scenario.ts"
import { at, midway, usualLoad } from "./shape.ts"

export const servers: ReadonlyArray<Scenario> = [
  {
    name: "erase-store",
    about: "rm -rf of the JetStream store with work queued, delayed, retried and in the air",
    promises: ["P2", "P6"],
    // Over HTTP: an event of NATS that is not planned yet is as durable as the stream, and that is erased.
    load: { ...usualLoad, over_ms: 6000, ways: ["http", "batch"], shares: { delayed: 0.3, deferred: 0.15 } },
    faults: (random) => [at(midway(random), { _tag: "EraseStore", for_ms: random.between(100, 1500) })]
  },
  {
    name: "nats-away",
    about: "NATS stopped in order for some seconds: the gateway goes on accepting",
    promises: ["P6", "P12"],
    load: usualLoad,
    faults: (random) => [
      at(random.between(1000, 4000), {
        _tag: "ServerAway",
        server: "nats",
        how: "stop",
        for_ms: random.between(1000, 7000)
      })
    ]
  },
  {
    name: "postgres-away",
    about: "Postgres stopped in order for some seconds: nothing is accepted falsely",
    promises: ["P6", "P12"],
    load: usualLoad,
    faults: (random) => [
      at(random.between(1000, 4000), {
        _tag: "ServerAway",
        server: "postgres",
        how: "stop",
        for_ms: random.between(1000, 7000)
      })
    ]
  },
  {
    name: "sigterm",
    about: "every process stopped in order under load, one after the other",
    promises: ["P6", "P15"],
    load: usualLoad,
    faults: (random) =>
      processNames.map((process, i) =>
        at(1000 + i * 1500 + random.between(0, 1400), { _tag: "Stop", process })
      )
  }
]
