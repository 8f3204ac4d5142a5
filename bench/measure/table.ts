/** The result of a figure as a table that people read. */

import { type Figure, type Goal, type Side } from "../figures/Figure.ts"
import { type Medians } from "./medians.ts"

export interface Measured {
  readonly side: Pick<Side, "name" | "configuration">
  /** Null where it was not measured. */
  readonly medians: Medians | null
  readonly whyNot: string
}

export interface Measurement {
  readonly figure: Pick<Figure, "goals" | "id" | "name" | "title">
  readonly measured: ReadonlyArray<Measured>
}

const shown = (value: number | null, digits = 0): string =>
  value === null || Number.isNaN(value)
    ? "–"
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })

const serversOf = ({ serverCpu }: Medians): string =>
  Object.entries(serverCpu)
    .map(([name, seconds]) => `${name} ${shown(seconds, 2)}`)
    .join(", ") || "–"

const rowOf = ({ medians, side, whyNot }: Measured): string => {
  if (medians === null) return `| ${side.name} | not measured: ${whyNot.replaceAll(/\s+/g, " ")} | | | | | |`
  const { fastest, ownCpu, p50_ms, p99_ms, peak_bytes, rate, slowest } = medians
  return `| ${[
    side.name,
    `${shown(rate)} (${shown(slowest)}–${shown(fastest)})`,
    shown(p50_ms, 2),
    shown(p99_ms, 2),
    shown(ownCpu, 2),
    serversOf(medians),
    shown(peak_bytes / 1e6)
  ].join(" | ")} |`
}

const wanted = ({ atLeast, atMost }: Goal): string =>
  atLeast === undefined ? `≤ ${shown(atMost ?? null, 2)}` : `≥ ${shown(atLeast, 2)}`

const isReached = ({ atLeast, atMost }: Goal, value: number): boolean =>
  value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY)

/** What was reached of each goal; null where a side of it was not measured. */
export const judge = ({ figure, measured }: Measurement) =>
  figure.goals.map((goal) => {
    const value = goal.reached(
      (name) => measured.find(({ side }) => side.name === name)?.medians ?? undefined
    )
    return {
      text: goal.text,
      wanted: wanted(goal),
      value: value ?? null,
      isReached: value === undefined ? null : isReached(goal, value)
    }
  })

const verdicts = { true: "yes", false: "**no**", null: "not measured" }

export const toMarkdown = (result: Measurement): string => {
  const { figure, measured } = result
  const runs = Math.max(...measured.map(({ medians }) => medians?.runs ?? 0))
  return [
    `### ${figure.id} \`${figure.name}\`: ${figure.title}`,
    "",
    `Medians of ${runs} runs, one side after the other.`,
    "",
    "| side | a second (least–most) | p50 ms | p99 ms | own CPU-s / 10k | servers' CPU-s / 10k | peak MB |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...measured.map(rowOf),
    "",
    "| goal | wanted | reached | |",
    "| --- | ---: | ---: | --- |",
    ...judge(result).map(
      ({ isReached, text, value, wanted }) =>
        `| ${text} | ${wanted} | ${shown(value, 2)} | ${verdicts[`${isReached}`]} |`
    ),
    "",
    ...measured.map(({ side }) => `- ${side.name}: ${side.configuration}.`),
    ""
  ].join("\n")
}
