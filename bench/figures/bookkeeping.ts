/** G5: what the ledger costs, without a server that takes the mail. */

import { Effect } from "effect"

import { measure, start } from "../measure/run.ts"
import { acceptOrders, startGround } from "../servers/carillon.ts"
import { type Machine } from "../servers/Machine.ts"
import { type Figure, ownCpu, plain, rate, type Side, totalCpu } from "./Figure.ts"

const carillon = (machine: Machine): Side => ({
  name: "Carillon",
  configuration:
    "the shipped worker's layers with a provider that takes all at once and has 500 connections, so batches of 500; no relay; nats.conf, JOBS_EMAIL with persist_mode async, Postgres with fsync",
  run: Effect.gen(function* () {
    const ground = yield* startGround(machine)
    const work = machine.work(50_000, 20_000)
    yield* acceptOrders(ground, work.count)
    const settings = { natsUrl: ground.nats.url, databaseUrl: ground.database.url }
    const pid = yield* start({ file: "sides/bookkeeping.ts", settings, isMeasured: true })
    return yield* measure({
      file: "load/awaitDrained.ts",
      settings: { ...settings, ...work, own: [pid], servers: ground.servers }
    })
  })
})

export const bookkeeping: Figure = {
  id: "G5",
  name: "bookkeeping",
  title: "bookkeeping alone: load, start, render, settle, ack",
  sides: (machine) => [carillon(machine)],
  goals: [
    { text: "own CPU-s per 10,000", reached: plain(ownCpu, "Carillon"), atMost: 0.3 },
    { text: "CPU-s per 10,000 with Postgres and NATS", reached: plain(totalCpu, "Carillon"), atMost: 0.65 },
    { text: "jobs a second", reached: plain(rate, "Carillon"), atLeast: 25_000 }
  ]
}
