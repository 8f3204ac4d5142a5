/** One figure: every side once, then every side again, so that whatever else the machine does hits all alike. */

import { Console, Effect, Option, Result } from "effect"

import { type Figure, type Side } from "../figures/Figure.ts"
import { type Machine } from "../servers/Machine.ts"
import { mediansOf } from "./medians.ts"
import { ProfileFile } from "./run.ts"
import { type Sample } from "./Sample.ts"
import { type Measured, type Measurement } from "./table.ts"

interface Tried {
  readonly side: Side
  readonly samples: Array<Sample>
  /** Of the run that failed; none follows it. */
  whyNot: string
}

const say = ({ samples, side, whyNot }: Tried) => {
  const last = samples.at(-1)
  return Console.error(
    last === undefined || whyNot !== ""
      ? `  ${side.name}: not measured: ${whyNot}`
      : `  ${side.name}: ${Math.round(last.count / last.seconds)}/s, own CPU-s per 10k ${last.ownCpu.toFixed(2)}`
  )
}

const runOnce = Effect.fnUntraced(function* (tried: Tried) {
  const outcome = yield* Effect.result(Effect.scoped(tried.side.run))
  if (Result.isSuccess(outcome)) tried.samples.push(outcome.success)
  else tried.whyNot = outcome.failure.message
  yield* say(tried)
})

const toMeasured = ({ samples, side, whyNot }: Tried): Measured => ({
  side,
  medians: samples.length === 0 ? null : mediansOf(samples),
  whyNot
})

export interface Options {
  readonly machine: Machine
  readonly runs: number
  /** One side alone; all where empty. */
  readonly only: string
}

const chosen = (figure: Figure, { machine, only }: Options) =>
  figure.sides(machine).filter(({ name }) => only === "" || name === only)

export const measureFigure = Effect.fnUntraced(function* (figure: Figure, options: Options) {
  yield* Console.error(`${figure.id} ${figure.title}`)
  const all = chosen(figure, options).map((side): Tried => ({ side, samples: [], whyNot: "" }))
  for (let run = 0; run < options.runs; run++)
    for (const tried of all) if (tried.whyNot === "") yield* runOnce(tried)
  return { figure, measured: all.map(toMeasured) } satisfies Measurement
})

/** A run of its own of the first side, whose figures do not count: a profile slows what it looks at. */
export const profileFigure = Effect.fnUntraced(function* (figure: Figure, options: Options, file: string) {
  const [side] = chosen(figure, options)
  if (side === undefined) return
  yield* Effect.scoped(Effect.provideService(side.run, ProfileFile, Option.some(file)))
})
