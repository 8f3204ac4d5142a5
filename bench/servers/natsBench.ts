/** The official Go client, as the stock `nats` CLI's own benchmark drives it. */

import { existsSync } from "node:fs"
import { join } from "node:path"

import { Effect, Schema } from "effect"

import { runCommand } from "../../src/embedded/runCommand.ts"
import { type Sample } from "../measure/Sample.ts"
import { type Nats } from "./nats.ts"
import { programs } from "./programs.ts"

class NoRate extends Schema.TaggedError<NoRate>()("NoRate", { output: Schema.String }) {
  override get message(): string {
    return `nats bench printed no rate: ${this.output}`
  }
}

/** About as large as a job. */
const size = ["--size", "580", "--no-progress"]

const cached = join(programs, "nats")

const nats = (url: string, args: ReadonlyArray<string>) =>
  runCommand({
    program: existsSync(cached) ? cached : "nats",
    args: ["--server", url, "bench", "js", ...args, ...size]
  })

/** It says its rate and nothing of what it cost. */
const toSample = Effect.fnUntraced(function* (output: string, count: number) {
  const [, printed] = /stats: ([\d,]+) msgs\/sec/.exec(output) ?? []
  if (printed === undefined) return yield* new NoRate({ output })
  return {
    count,
    seconds: count / Number(printed.replaceAll(",", "")),
    ownCpu: Number.NaN,
    serverCpu: {},
    peak_bytes: Number.NaN,
    latencies: []
  } satisfies Sample
})

const publish = ({ url }: Nats, count: number) =>
  nats(url, ["pub", "async", "bench.jobs", "--create", "--msgs", String(count)])

export const natsBenchPublish = (server: Nats, count: number) =>
  Effect.flatMap(publish(server, count), (output) => toSample(output, count))

export const natsBenchConsume = Effect.fnUntraced(function* (server: Nats, count: number) {
  yield* publish(server, count)
  return yield* toSample(yield* nats(server.url, ["consume", "--msgs", String(count)]), count)
})
