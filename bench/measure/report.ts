/** What a run of the bench leaves behind: `results.json` and `results.md`, with what it was measured on. */

import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, release, totalmem } from "node:os"
import { join } from "node:path"

import { DateTime, Effect } from "effect"

import { runCommand } from "../../src/embedded/runCommand.ts"
import { judge, type Measurement, toMarkdown } from "./table.ts"

/** Not in the repository: `docs/performance.md` has the last full run. */
export const resultsFolder = join(import.meta.dirname, "../results")

const commit = runCommand({ program: "git", args: ["describe", "--always", "--dirty"] }).pipe(
  Effect.map((text) => text.trim()),
  Effect.orElseSucceed(() => "unknown")
)

const machine = () => {
  const [cpu] = cpus()
  return `${cpus().length} × ${cpu?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.versions.node}`
}

/** The Markdown of it. */
export const report = Effect.fnUntraced(function* (measurements: ReadonlyArray<Measurement>) {
  const about = {
    date: DateTime.formatIso(yield* DateTime.now),
    commit: yield* commit,
    machine: machine()
  }
  const text = [
    `Measured ${about.date.slice(0, 16)}Z at ${about.commit} on ${about.machine}.`,
    "",
    ...measurements.map(toMarkdown)
  ].join("\n")
  const figures = measurements.map((measurement) => ({
    id: measurement.figure.id,
    name: measurement.figure.name,
    title: measurement.figure.title,
    sides: measurement.measured.map(({ medians, side, whyNot }) => ({
      name: side.name,
      configuration: side.configuration,
      ...(medians === null ? { whyNot } : { medians })
    })),
    goals: judge(measurement)
  }))
  mkdirSync(resultsFolder, { recursive: true })
  writeFileSync(join(resultsFolder, "results.json"), `${JSON.stringify({ ...about, figures }, null, 2)}\n`)
  writeFileSync(join(resultsFolder, "results.md"), text)
  return text
})
