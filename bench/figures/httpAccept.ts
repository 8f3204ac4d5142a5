/** G9: how fast events are accepted over HTTP: durable, planned, their jobs recorded. */

import { Effect } from "effect"

import { freePort } from "../../src/embedded/freePort.ts"
import { measure, start } from "../measure/run.ts"
import { startGateway, startGround } from "../servers/carillon.ts"
import { type Machine } from "../servers/Machine.ts"
import { type Figure, p99, plain, rate, ratio, type Side } from "./Figure.ts"

const shipped =
  "carillon serve --role gateway as shipped, relay included; nats.conf, JOBS_EMAIL with persist_mode async, Postgres with fsync"

interface Accepting {
  readonly name: string
  readonly file: string
  readonly how: string
  readonly count: number
}

const accepting =
  ({ count, file, how, name }: Accepting) =>
  (machine: Machine): Side => ({
    name,
    configuration: `${shipped}; ${how}`,
    run: Effect.gen(function* () {
      const ground = yield* startGround(machine)
      const { apiUrl, pid } = yield* startGateway(ground, true)
      const settings = {
        count: machine.size(count),
        warm: machine.size(count / 6),
        apiUrl,
        own: [pid],
        servers: ground.servers
      }
      return yield* measure({ file, settings })
    })
  })

const naive = (machine: Machine): Side => ({
  name: "an INSERT a request",
  configuration: "node:http and one INSERT of one row; the same Postgres; nothing is checked or planned",
  run: Effect.gen(function* () {
    const database = yield* machine.database
    const apiUrl = `http://127.0.0.1:${yield* freePort(0, "")}`
    const pid = yield* start({ file: "sides/httpInsert.ts", settings: { databaseUrl: database.url, apiUrl } })
    const settings = {
      count: machine.size(30_000),
      warm: machine.size(5000),
      apiUrl,
      own: [pid],
      servers: { postgres: database.pid }
    }
    return yield* measure({ file: "load/httpSingle.ts", settings })
  })
})

export const httpAccept: Figure = {
  id: "G9",
  name: "http-accept",
  title: "HTTP accept of events, durable and planned",
  sides: (machine) =>
    [
      accepting({
        name: "Carillon",
        file: "load/httpSingle.ts",
        how: "one event a request, 50 connections",
        count: 36_000
      }),
      accepting({
        name: "Carillon, batches",
        file: "load/httpBatches.ts",
        how: "1000 events a request, 4 connections",
        count: 72_000
      }),
      naive
    ].map((side) => side(machine)),
  goals: [
    { text: "events a second", reached: plain(rate, "Carillon"), atLeast: 5000 },
    { text: "p99, ms", reached: plain(p99, "Carillon"), atMost: 25 },
    { text: "events a second in batches", reached: plain(rate, "Carillon, batches"), atLeast: 12_000 },
    {
      text: "rate / an INSERT a request",
      reached: ratio(rate, "Carillon", "an INSERT a request"),
      atLeast: 1
    }
  ]
}
