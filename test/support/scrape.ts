/** What a scrape shows, read as Prometheus reads it. */

import { Effect } from "effect"

import { callAt } from "#test/support/httpCall.ts"

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Scrape {
  readonly status: number
  readonly text: string
  readonly samples: ReadonlyArray<Sample>
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

const readLine = (text: string): Sample => {
  const [whole, name = "", labels = "", value] = line.exec(text) ?? []
  if (whole === undefined) throw new Error(`no sample: ${text}`)
  return {
    name,
    labels: Object.fromEntries([...labels.matchAll(label)].map(([, key = "", value = ""]) => [key, value])),
    value: Number(value)
  }
}

const read = (text: string): ReadonlyArray<Sample> =>
  text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(readLine)

export const scrapeAt = (url: string) =>
  Effect.map(callAt(url, { path: "/metrics" }), ({ status, text }): Scrape => ({
    status,
    text,
    samples: status === 200 ? read(text) : []
  }))

/** The sum of all with these labels, among others; undefined where there is none. */
export const valueOf = (
  { samples }: Pick<Scrape, "samples">,
  name: string,
  labels: Readonly<Record<string, string>> = {}
): number | undefined => {
  const found = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
  )
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
}
