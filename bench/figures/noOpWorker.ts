/** G1: how fast jobs can be taken, decoded, checked and acknowledged. */

import { Effect } from "effect"

import { measure } from "../measure/run.ts"
import { type Machine } from "../servers/Machine.ts"
import { defaultNats, shippedNats } from "../servers/nats.ts"
import { natsBenchConsume } from "../servers/natsBench.ts"
import { type Figure, ownCpu, rate, ratio, type Side } from "./Figure.ts"

const carillon = (machine: Machine): Side => ({
  name: "Carillon",
  configuration:
    "as shipped: nats.conf, JOBS_EMAIL with persist_mode async, deliver-email's batches of 100; no ledger",
  run: Effect.gen(function* () {
    const nats = yield* shippedNats
    const shared = { ...machine.work(100_000, 20_000), natsUrl: nats.url, servers: { nats: nats.pid } }
    yield* measure({ file: "sides/publishCarillon.ts", settings: shared })
    return yield* measure({ file: "sides/noOpCarillon.ts", settings: shared, isMeasured: true })
  })
})

const raw = (machine: Machine): Side => ({
  name: "raw JetStream",
  configuration:
    "default server, work queue in a file; callback consume (max_messages 1000), JSON.parse, ack",
  run: Effect.gen(function* () {
    const nats = yield* defaultNats
    const shared = { ...machine.work(100_000, 20_000), natsUrl: nats.url, servers: { nats: nats.pid } }
    yield* measure({ file: "sides/publishLean.ts", settings: shared })
    return yield* measure({ file: "sides/noOpRaw.ts", settings: shared })
  })
})

const go = (machine: Machine): Side => ({
  name: "Go client",
  configuration: "default server and stream; nats bench js consume: nothing is parsed",
  run: Effect.gen(function* () {
    const nats = yield* defaultNats
    return yield* natsBenchConsume(nats, machine.size(120_000))
  })
})

const bullmq = (machine: Machine): Side => ({
  name: "BullMQ",
  configuration: "default Redis; concurrency 100 (its default of 1 is slower), finished jobs are removed",
  run: Effect.gen(function* () {
    const redis = yield* machine.redis
    const shared = { ...machine.work(20_000, 6000), redisPort: redis.port, servers: { redis: redis.pid } }
    yield* measure({ file: "sides/publishBullmq.ts", settings: shared })
    return yield* measure({ file: "sides/noOpBullmq.ts", settings: shared })
  })
})

export const noOpWorker: Figure = {
  id: "G1",
  name: "no-op-worker",
  title: "no-op worker: take, decode and check, acknowledge",
  sides: (machine) => [carillon, raw, go, bullmq].map((side) => side(machine)),
  goals: [
    { text: "rate / raw JetStream", reached: ratio(rate, "Carillon", "raw JetStream"), atLeast: 0.7 },
    { text: "rate / Go client", reached: ratio(rate, "Carillon", "Go client"), atLeast: 0.4 },
    { text: "rate / BullMQ", reached: ratio(rate, "Carillon", "BullMQ"), atLeast: 4 },
    { text: "own CPU / BullMQ", reached: ratio(ownCpu, "Carillon", "BullMQ"), atMost: 0.3 }
  ]
}
