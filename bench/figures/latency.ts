/** G3: how long a job takes from its publication to its handler, at 50 a second. */

import { Effect } from "effect"

import { measureAfter, start } from "../measure/run.ts"
import { type Settings } from "../measure/Sample.ts"
import { type Machine } from "../servers/Machine.ts"
import { defaultNats, shippedNats } from "../servers/nats.ts"
import { type Figure, p50, p99, plain, type Side } from "./Figure.ts"

/** The handler first: it makes the stream. */
const timed = (name: string, settings: Partial<Settings>) =>
  measureAfter(
    { file: `sides/latency${name}.ts`, settings, isMeasured: name === "Carillon" },
    start({ file: `sides/latency${name}Publisher.ts`, settings })
  )

/** Eight seconds, the first of them to warm up. */
const counts = (machine: Machine) => ({ count: machine.size(400), warm: machine.size(50) })

const carillon = (machine: Machine): Side => ({
  name: "Carillon",
  configuration: "as shipped: nats.conf, JOBS_EMAIL with persist_mode async; publish, deliver-email's loop",
  run: Effect.gen(function* () {
    const nats = yield* shippedNats
    return yield* timed("Carillon", { ...counts(machine), natsUrl: nats.url, servers: { nats: nats.pid } })
  })
})

const raw = (machine: Machine): Side => ({
  name: "raw JetStream",
  configuration: "default server, work queue in a file; the client's publish and callback consume",
  run: Effect.gen(function* () {
    const nats = yield* defaultNats
    return yield* timed("Raw", { ...counts(machine), natsUrl: nats.url, servers: { nats: nats.pid } })
  })
})

const bullmq = (machine: Machine): Side => ({
  name: "BullMQ",
  configuration: "default Redis; add, a worker of concurrency 1",
  run: Effect.gen(function* () {
    const redis = yield* machine.redis
    return yield* timed("Bullmq", {
      ...counts(machine),
      redisPort: redis.port,
      servers: { redis: redis.pid }
    })
  })
})

export const latency: Figure = {
  id: "G3",
  name: "latency",
  title: "latency from publish to handler, 50 jobs a second",
  sides: (machine) => [carillon, raw, bullmq].map((side) => side(machine)),
  goals: [
    { text: "p50, ms", reached: plain(p50, "Carillon"), atMost: 1 },
    { text: "p99, ms", reached: plain(p99, "Carillon"), atMost: 3 }
  ]
}
