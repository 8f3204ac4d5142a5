/** Mail servers and events at their worst. */

import { type ProviderTrouble } from "../Fault.ts"
import { type Scenario } from "../Scenario.ts"
import { at, midway, usualLoad } from "./shape.ts"

const briefTroubles: readonly [ProviderTrouble, ...ReadonlyArray<ProviderTrouble>] = [
  "one_byte_at_a_time",
  "busy_at_banner",
  "busy_at_mail",
  "busy_at_rcpt",
  "busy_at_data",
  "busy_at_final_dot",
  "refusal_at_mail",
  "refusal_at_rcpt",
  "refusal_at_final_dot",
  "reset_at_banner",
  "reset_at_ehlo",
  "reset_at_rcpt",
  "reset_at_body",
  "reset_before_taking",
  "reset_after_taking"
]

export const provider: ReadonlyArray<Scenario> = [
  {
    name: "provider",
    about: "a mail server that is busy, refuses and cuts connections, at every step",
    promises: ["P16"],
    load: { ...usualLoad, over_ms: 10_000 },
    faults: (random) =>
      [500, 3000, 5500, 8000].map((at_ms) =>
        at(at_ms, {
          _tag: "Provider",
          trouble: random.pick(briefTroubles),
          for_ms: random.between(500, 2200)
        })
      )
  },
  {
    name: "provider-slow",
    about: "a mail server that greets after 20 s and answers the final dot after ack_wait",
    promises: ["P16"],
    load: usualLoad,
    faults: (random) => [
      at(random.between(500, 2000), { _tag: "Provider", trouble: "slow_answer", for_ms: 1500 }),
      at(random.between(4000, 6000), { _tag: "Provider", trouble: "slow_banner", for_ms: 2000 })
    ]
  },
  {
    name: "provider-domain",
    about: "one recipient domain is slow; the others must not wait for it",
    promises: ["P16"],
    load: { ...usualLoad, shares: { sluggish: 0.3 } },
    faults: () => []
  },
  {
    name: "poison",
    about: "events that no one can use, between good ones, with a worker killed on the way",
    promises: ["P13"],
    load: { ...usualLoad, poison: 10, shares: { refused: 0.1 } },
    faults: (random) => [at(midway(random), { _tag: "Kill", process: "planner", back_ms: 500 })]
  },
  {
    name: "replay-twice",
    about: "every dead letter replayed by two operators at the same instant",
    promises: ["P14"],
    load: { ...usualLoad, shares: { mended: 0.2 } },
    faults: () => [at(usualLoad.over_ms, { _tag: "ReplayTwice" })]
  },
  {
    name: "idempotency",
    about: "the same events 1,000 times at once, over HTTP and NATS",
    promises: ["P3"],
    load: { messages: 100, over_ms: 4000, repeated: { events: 2, copies: 1000 } },
    faults: () => []
  }
]
