#!/usr/bin/env node
/** `npm run bench -- [NAME…] [--smoke] [--profile] [--runs N] [--side NAME] [--share 0.2]`: one table for each figure. */

import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"

import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect } from "effect"

import { Say } from "../src/embedded/Say.ts"
import { bookkeeping } from "./figures/bookkeeping.ts"
import { bulkPublish } from "./figures/bulkPublish.ts"
import { email } from "./figures/email.ts"
import { httpAccept } from "./figures/httpAccept.ts"
import { latency } from "./figures/latency.ts"
import { noOpWorker } from "./figures/noOpWorker.ts"
import { hotspots } from "./measure/hotspots.ts"
import { measureFigure, type Options, profileFigure } from "./measure/measureFigure.ts"
import { report, resultsFolder } from "./measure/report.ts"
import { type Measurement } from "./measure/table.ts"
import { makeMachine } from "./servers/Machine.ts"

const figures = [noOpWorker, bulkPublish, latency, email, bookkeeping, httpAccept]

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    runs: { type: "string", default: "3" },
    side: { type: "string", default: "" },
    share: { type: "string", default: "1" }
  }
})

const chosen = figures.filter(
  ({ id, name }) => positionals.length === 0 || positionals.some((word) => word === id || word === name)
)

const profile = Effect.fnUntraced(function* (options: Options) {
  mkdirSync(resultsFolder, { recursive: true })
  for (const figure of chosen) {
    const file = join(resultsFolder, `${figure.name}.cpuprofile`)
    yield* profileFigure(figure, options, file)
    yield* Console.log([`${figure.id}: ${file}`, ...hotspots(file, 40), ""].join("\n"))
  }
})

const compare = Effect.fnUntraced(function* (options: Options) {
  const measurements: Array<Measurement> = []
  for (const figure of chosen) measurements.push(yield* measureFigure(figure, options))
  yield* Console.log(yield* report(measurements))
  // An anchor that cannot be had is said in the table; Carillon must have run.
  const broken = measurements.filter(({ measured }) => measured[0]?.medians === null)
  if (broken.length > 0) process.exitCode = 1
})

const names = figures.map(({ id, name }) => `${name} (${id})`).join(", ")

const bench = Effect.gen(function* () {
  if (values.help) {
    yield* Console.log(
      "npm run bench -- [NAME…] [--smoke] [--profile] [--runs N] [--side NAME] [--share 0.2]\n" + names
    )
    return
  }
  if (chosen.length === 0) {
    yield* Console.error(`no such figure; there are ${names}`)
    process.exitCode = 2
    return
  }
  const machine = yield* makeMachine(values.smoke ? 1 / 50 : Number(values.share), values.smoke)
  const options = { machine, runs: values.smoke ? 1 : Number(values.runs), only: values.side }
  yield* values.profile ? profile(options) : compare(options)
})

NodeRuntime.runMain(
  bench.pipe(
    Effect.scoped,
    Effect.provideService(Say, () => Effect.void),
    Effect.provide(NodeServices.layer)
  )
)
