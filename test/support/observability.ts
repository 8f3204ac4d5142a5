/** The files that operators load into Prometheus and Grafana, and the page that lists the metrics. */

import { readFileSync } from "node:fs"

import { Schema } from "effect"

import { type Sample } from "#test/support/scrape.ts"

const Dashboard = Schema.fromJsonString(
  Schema.Struct({
    panels: Schema.Array(
      Schema.Struct({
        title: Schema.String,
        targets: Schema.optionalKey(Schema.Array(Schema.Struct({ expr: Schema.String })))
      })
    )
  })
)

export interface Query {
  /** The panel or the alert. */
  readonly title: string
  readonly expression: string
}

export const dashboardQueries = (): ReadonlyArray<Query> =>
  Schema.decodeSync(Dashboard)(readFileSync("observability/grafana/carillon.json", "utf8")).panels.flatMap(
    ({ targets = [], title }) => targets.map(({ expr }) => ({ title, expression: expr }))
  )

/** One line after `expr:`, or the indented lines after `expr: >-`. */
const rule = /- alert: (\S+)\n\s+expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)/g

export const alertQueries = (): ReadonlyArray<Query> =>
  [...readFileSync("observability/alerts.yml", "utf8").matchAll(rule)].map(
    ([, title = "", folded, line = ""]) => ({ title, expression: folded ?? line })
  )

/** What a histogram is read by. */
const family = (name: string): string => name.replace(/_(bucket|sum|count)$/, "")

/** Added by Prometheus. */
const added = new Set(["instance", "job", "le"])

const namesIn = (expression: string): ReadonlyArray<string> =>
  [...expression.matchAll(/\b(?:carillon|campaign|api|process)_[a-z_]+\b(?!\s*=|")/g)].map(([name]) => name)

const labelsIn = (expression: string): ReadonlyArray<string> => [
  ...[...expression.matchAll(/\{([^}]*)\}/g)].flatMap(([, selector = ""]) =>
    [...selector.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label)
  ),
  ...[...expression.matchAll(/\b(?:by|without)\s*\(([^)]*)\)/g)].flatMap(([, list = ""]) =>
    list.split(",").map((label) => label.trim())
  )
]

/** Metrics that the query names and that nothing has, and labels that none of its metrics has. */
export const unknownIn = (
  { expression }: Pick<Query, "expression">,
  samples: ReadonlyArray<Sample>
): ReadonlyArray<string> => {
  const names = namesIn(expression)
  const mine = samples.filter(({ name }) => names.includes(name))
  const labels = new Set(mine.flatMap(({ labels }) => Object.keys(labels)))
  return [
    ...names.filter((name) => !mine.some((sample) => sample.name === name)),
    ...labelsIn(expression).filter((label) => !labels.has(label) && !added.has(label))
  ]
}

/** A line for each metric: name, kind, labels and what it is. */
export const describeMetrics = (text: string, samples: ReadonlyArray<Sample>): ReadonlyArray<string> => {
  const described = (keyword: "HELP" | "TYPE") =>
    new Map(
      [...text.matchAll(new RegExp(`^# ${keyword} (\\S+) (.*)$`, "gm"))].map(([, name = "", what = ""]) => [
        name,
        what
      ])
    )
  const kinds = described("TYPE")
  return [...described("HELP")]
    .map(([name, what]) => {
      const labels = new Set(
        samples
          .filter((sample) => sample.name === name || family(sample.name) === name)
          .flatMap((sample) => Object.keys(sample.labels))
          .filter((label) => label !== "le")
      )
      const list = [...labels].map((label) => `\`${label}\``).join(", ")
      return `\`${name}\` | ${kinds.get(name) ?? ""} | ${list} | ${what}`
    })
    .toSorted()
}

/** The rows of the page's table, in the same form. */
export const documentedMetrics = (): ReadonlyArray<string> =>
  readFileSync("docs/reference/metrics.md", "utf8")
    .split("\n")
    .filter((line) => /^\| `[a-z_]+` /.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim())
        .join(" | ")
    )
    .toSorted()
