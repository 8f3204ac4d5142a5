/** What a decoder found wrong, member by member, in words that a caller can act on. */

import { SchemaAST, SchemaIssue } from "effect"

import { joinPath, mostProblems } from "./fieldPath.ts"
import { type FieldProblem } from "./Refusal.ts"
import { kindOf } from "./valueKind.ts"

/** One wrong place, as the schema says it. */
interface Finding {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

type SchemaPath = ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/* v8 ignore start -- the type admits steps and an absence that this formatter never gives */
const stepsOf = ({ path = [] }: { readonly path?: SchemaPath | undefined }): ReadonlyArray<PropertyKey> =>
  path.map((step) => (typeof step === "object" ? step.key : step))
/* v8 ignore stop */

const leafFindings = (issue: SchemaIssue.Issue, path: ReadonlyArray<PropertyKey>): ReadonlyArray<Finding> =>
  format(issue).issues.map((found) => ({
    path: [...path, ...stepsOf(found)],
    message: found.message
  }))

const kindsByTag: Readonly<Record<string, string>> = {
  String: "string",
  Number: "number",
  Boolean: "boolean",
  Objects: "object",
  Arrays: "array"
}

/** What the missing member should have been: the schema says no more than that it is missing. */
const missingMessage = (owner: SchemaAST.AST, name: PropertyKey): string => {
  const members = SchemaAST.isObjects(owner) ? owner.propertySignatures : []
  const member = members.find((signature) => signature.name === name)
  const tag = member === undefined ? "" : SchemaAST.toEncoded(member.type)._tag
  return `Expected ${kindsByTag[tag] ?? "a value"}`
}

const memberFindings = (
  { ast }: SchemaIssue.Composite,
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey>
): ReadonlyArray<Finding> => {
  if (issue._tag !== "Pointer" || issue.issue._tag !== "MissingKey") return findings(issue, path)
  return issue.path.map((name) => ({ path: [...path, name], message: missingMessage(ast, name) }))
}

/** Only `Composite` knows what its members should be; the rest is left to the library. */
const findings = (issue: SchemaIssue.Issue, path: ReadonlyArray<PropertyKey>): ReadonlyArray<Finding> => {
  if (issue._tag === "Pointer") return findings(issue.issue, [...path, ...issue.path])
  if (issue._tag === "Encoding") return findings(issue.issue, path)
  if (issue._tag === "Composite") return issue.issues.flatMap((inner) => memberFindings(issue, inner, path))
  return issue._tag === "AnyOf" && issue.issues.length > 0
    ? issue.issues.flatMap((inner) => findings(inner, path))
    : leafFindings(issue, path)
}

const phrases: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  array: "an array",
  "no excess property": "no member of this name"
}

/** `"a" | "b" | null` reads `"a", "b" or null`. */
const listed = (expected: string): string => {
  const choices = expected
    .replaceAll("readonly ", "")
    .split(" | ")
    .map((choice) => phrases[choice] ?? choice)
  const last = choices.slice(-1).join("")
  return choices.length === 1 ? last : `${choices.slice(0, -1).join(", ")} or ${last}`
}

/** Messages that a schema of ours brings are whole already; those of the library say only what was expected. */
const worded = (message: string): string => {
  if (message === "Missing key") return "expected a value"
  return message.startsWith("Expected ") ? `expected ${listed(message.slice("Expected ".length))}` : message
}

const isObject = (value: unknown): value is Readonly<Record<PropertyKey, unknown>> =>
  typeof value === "object" && value !== null

const valueAt = (root: unknown, path: ReadonlyArray<PropertyKey>): unknown =>
  path.reduce<unknown>(
    (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    root
  )

/**
 * Every wrong place once, in the schema's order, at most `mostProblems`. Decode with `errors: "all"`, else it is the first alone.
 *
 * @param value what was decoded; it tells the kind that came, and never appears itself
 * @param prefix the path of `value` in the body, e.g. `payload` or `events.3`; empty where it is the body
 */
export const fieldProblems = (
  issue: SchemaIssue.Issue,
  value: unknown,
  prefix = ""
): ReadonlyArray<FieldProblem> => {
  const problems = new Map<string, FieldProblem>()
  for (const { message, path } of findings(issue, [])) {
    const problem: FieldProblem = {
      path: path.reduce<string>(joinPath, prefix),
      message: worded(message),
      got: kindOf(valueAt(value, path))
    }
    problems.set(`${problem.path}\n${problem.message}`, problem)
  }
  return [...problems.values()].slice(0, mostProblems)
}

/** All of them in one sentence. */
export const sentenceOf = (problems: ReadonlyArray<FieldProblem>): string =>
  problems.map(({ message, path }) => (path === "" ? message : `${path}: ${message}`)).join("; ")
