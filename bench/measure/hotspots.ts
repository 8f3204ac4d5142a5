/** Where the time of a profile went: the functions with the most of it to themselves. */

import { readFileSync } from "node:fs"
import { basename } from "node:path"

import { Schema } from "effect"

const Profile = Schema.fromJsonString(
  Schema.Struct({
    nodes: Schema.Array(
      Schema.Struct({
        id: Schema.Int,
        callFrame: Schema.Struct({ functionName: Schema.String, url: Schema.String, lineNumber: Schema.Int })
      })
    ),
    samples: Schema.Array(Schema.Int),
    timeDeltas: Schema.Array(Schema.Int)
  })
)

const decode = Schema.decodeUnknownSync(Profile)

/** The `most` first, as lines: share of the time on the CPU, function, place. */
export const hotspots = (file: string, most: number): ReadonlyArray<string> => {
  const { nodes, samples, timeDeltas } = decode(readFileSync(file, "utf8"))
  const names = new Map(
    nodes.map(({ callFrame: { functionName, lineNumber, url }, id }) => {
      const place = url === "" ? "" : ` ${basename(url)}:${lineNumber + 1}`
      return [id, `${functionName || "(anonymous)"}${place}`]
    })
  )
  const spent = new Map<string, number>()
  samples.forEach((id, i) => {
    const name = names.get(id) ?? ""
    spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[i] ?? 0))
  })
  spent.delete("(idle)")
  const total = [...spent.values()].reduce((sum, time) => sum + time, 0)
  return [...spent]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`)
}
