/** G2: how fast jobs can be published and known to be stored. */

import { Effect } from "effect"

import { measure } from "../measure/run.ts"
import { type Machine } from "../servers/Machine.ts"
import { defaultNats, shippedNats } from "../servers/nats.ts"
import { natsBenchPublish } from "../servers/natsBench.ts"
import { type Figure, rate, ratio, type Side } from "./Figure.ts"

const carillon = (machine: Machine): Side => ({
  name: "Carillon",
  configuration: "as shipped: nats.conf, JOBS_EMAIL with persist_mode async; publishAll, 10,000 a call",
  run: Effect.gen(function* () {
    const nats = yield* shippedNats
    const settings = {
      count: machine.size(220_000),
      warm: machine.size(20_000),
      natsUrl: nats.url,
      servers: { nats: nats.pid }
    }
    return yield* measure({ file: "sides/publishCarillon.ts", settings, isMeasured: true })
  })
})

const lean = (machine: Machine): Side => ({
  name: "lean publish",
  configuration: "default server, work queue in a file; plain publishes with one reply inbox, 1024 in flight",
  run: Effect.gen(function* () {
    const nats = yield* defaultNats
    const settings = {
      count: machine.size(220_000),
      warm: machine.size(20_000),
      natsUrl: nats.url,
      servers: { nats: nats.pid }
    }
    return yield* measure({ file: "sides/publishLean.ts", settings })
  })
})

const go = (machine: Machine): Side => ({
  name: "Go client",
  configuration: "default server and stream; nats bench js pub async, 500 in flight",
  run: Effect.gen(function* () {
    return yield* natsBenchPublish(yield* defaultNats, machine.size(200_000))
  })
})

const bullmq = (machine: Machine): Side => ({
  name: "BullMQ",
  configuration: "default Redis; addBulk, 1000 a call",
  run: Effect.gen(function* () {
    const redis = yield* machine.redis
    const settings = {
      count: machine.size(60_000),
      warm: machine.size(10_000),
      redisPort: redis.port,
      servers: { redis: redis.pid }
    }
    return yield* measure({ file: "sides/publishBullmq.ts", settings })
  })
})

export const bulkPublish: Figure = {
  id: "G2",
  name: "bulk-publish",
  title: "bulk publish of jobs",
  sides: (machine) => [carillon, lean, go, bullmq].map((side) => side(machine)),
  goals: [
    { text: "rate / lean publish", reached: ratio(rate, "Carillon", "lean publish"), atLeast: 0.7 },
    { text: "rate / BullMQ", reached: ratio(rate, "Carillon", "BullMQ"), atLeast: 3 }
  ]
}
