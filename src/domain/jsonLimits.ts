/**
 * What well-formed JSON may still not hold: nesting that overflows a stack, text that Postgres cannot keep,
 * numbers that no JSON can say again. Walks with a list of its own, so that depth costs memory, not stack.
 */

import { joinPath, mostProblems } from "./fieldPath.ts"
import { type FieldProblem } from "./Refusal.ts"
import { kindOf } from "./valueKind.ts"

export interface JsonLimits {
  /** Containers inside one another, the outermost counted: `{"a": []}` has 2. */
  readonly maxDepth: number
}

interface Visit {
  readonly value: unknown
  readonly path: string
  /** Containers around it. */
  readonly depth: number
}

const textProblem = (text: string): string | undefined => {
  if (text.includes("\u0000")) return "expected text without NUL characters"
  return text.isWellFormed() ? undefined : "expected text without lone surrogates"
}

const scalarProblem = (value: unknown): string | undefined => {
  if (typeof value === "string") return textProblem(value)
  return typeof value === "number" && !Number.isFinite(value) ? "expected a finite number" : undefined
}

/** The members of an object or array with their names; nothing for the rest. */
const membersOf = (value: unknown): ReadonlyArray<readonly [string, unknown]> =>
  typeof value === "object" && value !== null ? Object.entries(value) : []

const isContainer = (value: unknown): boolean => typeof value === "object" && value !== null

/** What is wrong with the value itself, its members aside. */
const problemOf = ({ depth, value }: Visit, { maxDepth }: JsonLimits): string | undefined =>
  isContainer(value) && depth >= maxDepth
    ? `expected at most ${maxDepth} levels of nesting`
    : scalarProblem(value)

/** Every wrong place of a parsed JSON value, in no particular order, at most `mostProblems`; none where all is well. */
export const jsonProblems = (root: unknown, limits: JsonLimits): ReadonlyArray<FieldProblem> => {
  const problems: Array<FieldProblem> = []
  const open: Array<Visit> = [{ value: root, path: "", depth: 0 }]
  for (let visit = open.pop(); visit !== undefined && problems.length < mostProblems; visit = open.pop()) {
    const { depth, path, value } = visit
    const problem = problemOf(visit, limits)
    if (problem !== undefined) {
      problems.push({ path, message: problem, got: kindOf(value) })
      continue
    }
    for (const [name, member] of membersOf(value)) {
      const wrongName = textProblem(name)
      if (wrongName !== undefined)
        problems.push({ path, message: `${wrongName} in the names of members`, got: "string" })
      open.push({ value: member, path: joinPath(path, name), depth: depth + 1 })
    }
  }
  return problems
}
