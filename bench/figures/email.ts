/** G4: the whole job, from the hint in the stream to the mail at the server and the settled row. */

import { Effect } from "effect"

import { measure, serve } from "../measure/run.ts"
import { acceptOrders, startGround, startWorker } from "../servers/carillon.ts"
import { type Machine } from "../servers/Machine.ts"
import { type Figure, plain, rate, ratio, type Side } from "./Figure.ts"

const startSink = serve({ file: "servers/sink.ts" })

const carillon = (machine: Machine): Side => ({
  name: "Carillon",
  configuration:
    "carillon serve --role worker as shipped: 20 connections, ledger, outcomes announced; nats.conf, JOBS_EMAIL with persist_mode async, Postgres with fsync",
  run: Effect.gen(function* () {
    const ground = yield* startGround(machine)
    const sink = yield* startSink
    const work = machine.work(20_000, 6000)
    yield* acceptOrders(ground, work.count)
    const pid = yield* startWorker(ground, sink.port)
    const settings = {
      ...work,
      natsUrl: ground.nats.url,
      own: [pid],
      servers: { ...ground.servers, sink: sink.pid }
    }
    return yield* measure({ file: "load/awaitDrained.ts", settings })
  })
})

interface Alone {
  readonly name: string
  readonly file: string
  readonly configuration: string
  readonly counted: number
  readonly warm: number
}

const alone =
  ({ configuration, counted, file, name, warm }: Alone) =>
  (machine: Machine): Side => ({
    name,
    configuration,
    run: Effect.gen(function* () {
      const sink = yield* startSink
      const settings = {
        ...machine.work(counted, warm),
        smtpPort: sink.port,
        servers: { sink: sink.pid }
      }
      return yield* measure({ file, settings })
    })
  })

const pool = alone({
  name: "nodemailer's pool",
  file: "sides/emailPool.ts",
  configuration: "default pool (5 connections); nothing else",
  counted: 7500,
  warm: 3000
})

const connections = alone({
  name: "SMTPConnection",
  file: "sides/emailConnection.ts",
  configuration: "nodemailer's connection, 20 of them; one mail, composed before",
  counted: 20_000,
  warm: 6000
})

const sinkAlone = alone({
  name: "sink",
  file: "sides/sinkAlone.ts",
  configuration: "no client to speak of: what the sink can take",
  counted: 50_000,
  warm: 6000
})

const bullmq = (machine: Machine): Side => ({
  name: "BullMQ naive",
  configuration: "BullMQ, a row read and written twice in plain SQL, nodemailer's pool; 20 of each",
  run: Effect.gen(function* () {
    const redis = yield* machine.redis
    const database = yield* machine.database
    const sink = yield* startSink
    const settings = {
      ...machine.work(5000, 3000),
      redisPort: redis.port,
      databaseUrl: database.url,
      smtpPort: sink.port,
      servers: { redis: redis.pid, postgres: database.pid, sink: sink.pid }
    }
    yield* measure({ file: "sides/emailBullmqQueue.ts", settings })
    return yield* measure({ file: "sides/emailBullmq.ts", settings })
  })
})

export const email: Figure = {
  id: "G4",
  name: "email",
  title: "whole e-mail job through the ledger",
  sides: (machine) => [carillon, pool, bullmq, connections, sinkAlone].map((side) => side(machine)),
  goals: [
    { text: "rate / nodemailer's pool", reached: ratio(rate, "Carillon", "nodemailer's pool"), atLeast: 2.5 },
    { text: "rate / BullMQ naive", reached: ratio(rate, "Carillon", "BullMQ naive"), atLeast: 4 },
    { text: "mails a second (towards 9,400)", reached: plain(rate, "Carillon"), atLeast: 5300 },
    { text: "rate of the sink / Carillon", reached: ratio(rate, "sink", "Carillon"), atLeast: 2 }
  ]
}
