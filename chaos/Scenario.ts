/** A kind of accident, and the plan that a seed makes of it. */

import { type TimedFault } from "./Fault.ts"
import { type Load, type LoadShape, planLoad } from "./Load.ts"
import { makeRandom, type Random } from "./random.ts"

export interface Scenario {
  /** As on the command line. */
  readonly name: string
  /** One line, for the list. */
  readonly about: string
  /** The promises that it tests, as `docs/reliability.md` numbers them. */
  readonly promises: ReadonlyArray<string>
  readonly load: LoadShape
  readonly faults: (random: Random) => ReadonlyArray<TimedFault>
  /** Where both servers keep their data: on the machine's disk, unless their disk is part of the plan. */
  readonly disk?: "nats on tmpfs" | "postgres on tmpfs" | "ext4 image"
  /** The servers' settings are spoilt so, and the run has to find the loss: it shows that the judge can see one. */
  readonly spoilt?: "nats without fsync" | "postgres without synchronous commit"
  /** Not part of `all`: takes long, or is only of use by hand. */
  readonly byHand?: boolean
}

export interface Plan {
  readonly scenario: string
  readonly seed: number
  readonly load: Load
  /** By their time. */
  readonly faults: ReadonlyArray<TimedFault>
}

/** A pure function of scenario and seed. */
export const makePlan = (scenario: Scenario, seed: number): Plan => {
  const random = makeRandom(`${scenario.name} ${seed}`)
  return {
    scenario: scenario.name,
    seed,
    load: planLoad(scenario.load, random),
    faults: [...scenario.faults(random)].toSorted((one, other) => one.at_ms - other.at_ms)
  }
}
