/** Runs of minutes. */

import { type TimedFault } from "../Fault.ts"
import { type Random } from "../random.ts"
import { type Scenario } from "../Scenario.ts"
import { at } from "./shape.ts"

const hundredKills = (random: Random): ReadonlyArray<TimedFault> =>
  Array.from({ length: 100 }, (_, i) =>
    at(1000 + i * 5000 + random.between(0, 3000), {
      _tag: "Kill",
      process: random.pick(["gateway", "planner", "worker-1", "worker-1", "worker-2", "worker-2"]),
      back_ms: random.between(50, 1500)
    })
  )

export const long: ReadonlyArray<Scenario> = [
  {
    name: "long",
    about: "100 kills in nine minutes",
    promises: ["P1", "P4", "P5", "P6"],
    load: { messages: 20_000, over_ms: 505_000 },
    byHand: true,
    faults: hundredKills
  },
  {
    name: "soak",
    about: "ten minutes of calm: memory and descriptors stay flat",
    promises: ["P19"],
    load: { messages: 60_000, over_ms: 600_000 },
    byHand: true,
    faults: () => [at(0, { _tag: "Calm", for_ms: 600_000 })]
  }
]
