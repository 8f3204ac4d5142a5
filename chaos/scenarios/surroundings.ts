/** Wires and disks. */

import { type WireTrouble } from "../Fault.ts"
import { type Scenario } from "../Scenario.ts"
import { at, usualLoad } from "./shape.ts"

/** Over a wire between the engine and the server, nothing on it gets better by itself while the trouble lasts. */
const wireTroubles: readonly [WireTrouble, ...ReadonlyArray<WireTrouble>] = [
  "latency",
  "slices",
  "resets",
  "silence"
]

export const surroundings: ReadonlyArray<Scenario> = [
  {
    name: "network",
    about: "latency, slices, resets and silence on the wires to NATS, Postgres and the mail server",
    promises: ["P5", "P6", "P12", "P16"],
    load: { ...usualLoad, over_ms: 12_000 },
    faults: (random) => [
      at(random.between(500, 2000), {
        _tag: "Wire",
        link: "smtp",
        trouble: random.pick(["latency", "slices", "resets"]),
        for_ms: random.between(1000, 3000)
      }),
      at(random.between(3000, 5500), {
        _tag: "Wire",
        link: "nats",
        trouble: random.pick(wireTroubles),
        for_ms: random.between(1000, 4000)
      }),
      at(random.between(6000, 9000), {
        _tag: "Wire",
        link: "postgres",
        trouble: random.pick(wireTroubles),
        for_ms: random.between(1000, 4000)
      })
    ]
  },
  {
    name: "full-disk-nats",
    about: "the disk of NATS is full for some seconds",
    promises: ["P6", "P12"],
    load: usualLoad,
    disk: "nats on tmpfs",
    faults: (random) => [
      at(random.between(1000, 4000), {
        _tag: "FullDisk",
        server: "nats",
        for_ms: random.between(1000, 4000)
      })
    ]
  },
  {
    name: "full-disk-postgres",
    about: "the disk of Postgres is full for some seconds",
    promises: ["P6", "P12"],
    load: usualLoad,
    disk: "postgres on tmpfs",
    faults: (random) => [
      at(random.between(1000, 4000), {
        _tag: "FullDisk",
        server: "postgres",
        for_ms: random.between(1000, 4000)
      })
    ]
  }
]
