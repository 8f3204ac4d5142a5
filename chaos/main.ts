/** `npm run chaos`: accidents from a seed, done to the whole system, and whether it kept its promises. */

import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { NodeServices } from "@effect/platform-node"
import { Cause, Console, Effect, Option, Runtime, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"

import { exitCode, explain } from "#src/cli/outcome.ts"

import { type Cluster, makeCluster } from "./cluster.ts"
import { explainRun, lineOf, type Outcome, outcomeOf, outcomeOfBroken, outcomeOfSkipped } from "./report.ts"
import { runOnce } from "./runOnce.ts"
import { type Scenario } from "./Scenario.ts"
import { scenarios } from "./scenarios/all.ts"

class WrongUse extends Schema.TaggedError<WrongUse>()("WrongUse", { reason: Schema.String }) {
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    return this.reason
  }
}

class RunsFailed extends Schema.TaggedError<RunsFailed>()("RunsFailed", {
  failed: Schema.Int,
  passed: Schema.Int,
  skipped: Schema.Int
}) {
  override get message(): string {
    return `${this.passed} runs passed, ${this.failed} failed, ${this.skipped} skipped`
  }
}

const names = scenarios.map(({ name }) => name)

/** Names with commas between; `all`: every one that is not for long runs by hand. */
const choose = (text: string) => {
  if (text === "all") return Effect.succeed(scenarios.filter(({ byHand }) => byHand !== true))
  const asked = text.split(",")
  const unknown = asked.find((name) => !names.includes(name))
  return unknown === undefined
    ? Effect.succeed(scenarios.filter(({ name }) => asked.includes(name)))
    : Effect.fail(
        new WrongUse({ reason: `There is no scenario ${unknown}. There are: ${names.join(", ")}, all` })
      )
}

/** `3` or `1..20`. */
const parseSeeds = (text: string) => {
  const [, from, to] = /^(\d{1,6})(?:\.\.(\d{1,6}))?$/.exec(text) ?? []
  const first = Number(from)
  const last = Number(to ?? from)
  return from === undefined || last < first
    ? Effect.fail(new WrongUse({ reason: `--seeds ${text}: expected a number or a range like 1..20` }))
    : Effect.succeed(Array.from({ length: last - first + 1 }, (_, i) => first + i))
}

interface Asked {
  readonly json: boolean
  readonly out: Option.Option<string>
}

const keep = (folder: string, outcome: Outcome) =>
  Effect.sync(() => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${outcome.scenario}-${outcome.seed}.json`), JSON.stringify(outcome))
  })

const keepLogs = (folder: string, name: string, logs: ReadonlyArray<readonly [string, string]>) =>
  Effect.sync(() => {
    const place = join(folder, `${name}-logs`)
    mkdirSync(place, { recursive: true })
    for (const [process, text] of logs) writeFileSync(join(place, `${process}.log`), text)
  })

const runAndSay = (cluster: Cluster, { json, out }: Asked) =>
  Effect.fnUntraced(function* (scenario: Scenario, seed: number) {
    const outcome = yield* runOnce(scenario, seed, cluster).pipe(
      Effect.tap((run) => {
        const outcome = outcomeOf(scenario, run)
        if (outcome.passed) return Effect.void
        const logs = Option.match(out, {
          onNone: () => Effect.void,
          onSome: (folder) => keepLogs(folder, `${scenario.name}-${seed}`, run.logs)
        })
        return Effect.andThen(logs, Console.error(explainRun(run)))
      }),
      Effect.map((run) => outcomeOf(scenario, run)),
      Effect.catchTag("CannotMount", ({ message }) =>
        Effect.succeed(outcomeOfSkipped(scenario, seed, message))
      ),
      Effect.catchCauseIf(
        (cause) => !Cause.hasInterrupts(cause),
        (cause) => Effect.as(Console.error(explain(cause)), outcomeOfBroken(scenario, seed))
      )
    )
    yield* Console.log(json ? JSON.stringify(outcome) : lineOf(outcome))
    if (Option.isSome(out)) yield* keep(out.value, outcome)
    return outcome
  })

const list = Console.log(
  [
    "npm run chaos -- NAME[,NAME…] [--seed N | --seeds 1..20] [--at-once N] [--json] [--out FOLDER]",
    "",
    ...scenarios.map(
      ({ about, byHand, name, promises }) =>
        `  ${name.padEnd(24)}${about} (${byHand === true ? "by hand" : promises.join(", ")})`
    ),
    `  ${"all".padEnd(24)}each of these that is not by hand`
  ].join("\n")
)

const runAll = Effect.fnUntraced(function* (
  chosen: ReadonlyArray<Scenario>,
  seeds: ReadonlyArray<number>,
  asked: Asked & { readonly atOnce: number }
) {
  const run = runAndSay(yield* makeCluster, asked)
  const pairs = seeds.flatMap((seed) => chosen.map((scenario) => [scenario, seed] as const))
  const outcomes = yield* Effect.forEach(pairs, ([scenario, seed]) => run(scenario, seed), {
    concurrency: asked.atOnce
  })
  const skipped = outcomes.filter((outcome) => outcome.skipped !== undefined).length
  const failed = outcomes.filter(({ passed }) => !passed).length
  const counts = { failed, skipped, passed: outcomes.length - failed - skipped }
  if (failed > 0) return yield* new RunsFailed(counts)
  if (!asked.json) yield* Console.log(new RunsFailed(counts).message)
}, Effect.scoped)

const flags = {
  name: Argument.String("name").pipe(
    Argument.withDescription("A scenario, several with commas between, or all"),
    Argument.optional
  ),
  seed: Flag.Int("seed").pipe(Flag.withDescription("Decides the load and the faults"), Flag.withDefault(1)),
  seeds: Flag.String("seeds").pipe(Flag.withDescription("Many runs, such as 1..20"), Flag.optional),
  atOnce: Flag.Int("at-once").pipe(Flag.withDescription("Runs side by side"), Flag.withDefault(1)),
  json: Flag.Boolean("json").pipe(Flag.withDescription("A line of JSON a run"), Flag.withDefault(false)),
  out: Flag.String("out").pipe(
    Flag.withDescription("A folder for the outcome of each run, and the logs of those that fail"),
    Flag.optional
  )
}

const chaos = Command.make(
  "chaos",
  flags,
  Effect.fnUntraced(function* ({ name, seed, seeds, ...asked }) {
    if (Option.isNone(name)) return yield* list
    const chosen = yield* choose(name.value)
    yield* runAll(chosen, yield* parseSeeds(Option.getOrElse(seeds, () => String(seed))), asked)
  })
).pipe(Command.withDescription("Do accidents from a seed to the whole system, and judge what became of it"))

const run = Runtime.makeRunMain(({ fiber, teardown }) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => fiber.interruptUnsafe())
  fiber.addObserver((exit) => teardown(exit, (code) => process.exit(code)))
})

Command.run(chaos, { version: "1" }).pipe(
  Effect.tapCause((cause) => {
    const said = explain(cause)
    return said === "" ? Effect.void : Console.error(said)
  }),
  Effect.provide(NodeServices.layer),
  run({ disableErrorReporting: true, teardown: (exit, onExit) => onExit(exitCode(exit)) })
)
