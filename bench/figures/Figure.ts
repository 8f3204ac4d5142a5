/** What a figure is: sides that do the same work in turn, and what Carillon is to reach beside them. */

import { type Effect, type FileSystem, type Path, type Scope } from "effect"

import { type Medians } from "../measure/medians.ts"
import { type Sample } from "../measure/Sample.ts"
import { type Machine } from "../servers/Machine.ts"

/** What went wrong, in words; a side that fails is not measured. */
export interface Failure {
  readonly message: string
}

export type Needs = FileSystem.FileSystem | Path.Path | Scope.Scope

export interface Side {
  readonly name: string
  /** What a reader must know to judge it: its settings, and what it leaves out. */
  readonly configuration: string
  /** Once, with servers of its own, which go with the scope. */
  readonly run: Effect.Effect<Sample, Failure, Needs>
}

export interface Goal {
  readonly text: string
  /** What was reached; undefined where a side of it was not measured. */
  readonly reached: (of: (side: string) => Medians | undefined) => number | undefined
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Figure {
  /** As `performance.md` of the design counts them. */
  readonly id: string
  readonly name: string
  readonly title: string
  readonly sides: (machine: Machine) => ReadonlyArray<Side>
  readonly goals: ReadonlyArray<Goal>
}

type Read = (medians: Medians) => number

/** `numerator` of one side over that of another. */
export const ratio =
  (read: Read, numerator: string, denominator: string): Goal["reached"] =>
  (of) => {
    const above = of(numerator)
    const below = of(denominator)
    return above === undefined || below === undefined ? undefined : read(above) / read(below)
  }

/** Of one side. */
export const plain =
  (read: Read, side: string): Goal["reached"] =>
  (of) => {
    const medians = of(side)
    return medians === undefined ? undefined : read(medians)
  }

export const rate: Read = ({ rate }) => rate
export const ownCpu: Read = ({ ownCpu }) => ownCpu
export const totalCpu: Read = ({ ownCpu, serverCpu }) =>
  ownCpu + Object.values(serverCpu).reduce((sum, seconds) => sum + seconds, 0)
export const p50: Read = ({ p50_ms }) => p50_ms ?? Number.NaN
export const p99: Read = ({ p99_ms }) => p99_ms ?? Number.NaN
