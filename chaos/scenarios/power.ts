/** The power of the machine. */

import { type Scenario } from "../Scenario.ts"
import { at, midway, usualLoad } from "./shape.ts"

export const power: ReadonlyArray<Scenario> = [
  {
    name: "power-cut",
    about: "the power of the machine with both servers is cut",
    promises: ["P1", "P4", "P6"],
    load: usualLoad,
    disk: "ext4 image",
    faults: (random) => [at(midway(random), { _tag: "PowerCut" })]
  },
  {
    name: "power-cut-lazy-nats",
    about: "the same with NATS as it comes, without fsync: has to lose something",
    promises: [],
    // Nothing is planned before the cut: what is acknowledged is in the stream alone.
    load: { ...usualLoad, ways: ["nats"] },
    disk: "ext4 image",
    spoilt: "nats without fsync",
    byHand: true,
    faults: (random) => [
      at(0, { _tag: "Freeze", process: "planner", for_ms: 10_000 }),
      at(midway(random), { _tag: "PowerCut" })
    ]
  },
  {
    name: "power-cut-lazy-postgres",
    about: "the same with Postgres without synchronous_commit: has to lose something",
    promises: [],
    load: { ...usualLoad, ways: ["http", "batch"] },
    disk: "ext4 image",
    spoilt: "postgres without synchronous commit",
    byHand: true,
    faults: (random) => [at(midway(random), { _tag: "PowerCut" })]
  }
]
