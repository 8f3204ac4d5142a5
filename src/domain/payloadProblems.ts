/** What a JSON Schema validator found wrong, in the words of all our problems. */

import { type ErrorObject } from "ajv/dist/2020.js"

import { joinPath, mostProblems } from "./fieldPath.ts"
import { type FieldProblem } from "./Refusal.ts"
import { follow } from "./template/values.ts"
import { kindOf } from "./valueKind.ts"

const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "an array",
  null: "null"
}

/** The allowed values are told up to this many. */
const mostChoices = 20

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

const listOf = (value: unknown): ReadonlyArray<unknown> => (isList(value) ? value : [value])

const kindsNamed = (type: unknown): ReadonlyArray<string> =>
  listOf(type).map((name) => kinds[String(name)] ?? String(name))

const comparisons: Readonly<Record<string, string>> = {
  ">=": "at least",
  ">": "more than",
  "<=": "at most",
  "<": "less than"
}

type Params = Readonly<Record<string, unknown>>

const compared = ({ comparison, limit }: Params): string =>
  `${comparisons[String(comparison)] ?? String(comparison)} ${String(limit)}`

/** What would have been right, by keyword; what the keyword's parameters say of it is in `params`. */
const expectations: Readonly<Record<string, (params: Params) => string>> = {
  enum: ({ allowedValues }) => {
    const choices = listOf(allowedValues).map((value) => JSON.stringify(value))
    const told = choices.slice(0, mostChoices).join(", ")
    return `one of ${told}${choices.length > mostChoices ? ", …" : ""}`
  },
  const: ({ allowedValue }) => JSON.stringify(allowedValue),
  minLength: ({ limit }) => `at least ${String(limit)} characters`,
  maxLength: ({ limit }) => `at most ${String(limit)} characters`,
  pattern: ({ pattern }) => `text that matches ${String(pattern)}`,
  format: ({ format }) => `text of the format ${String(format)}`,
  minimum: compared,
  maximum: compared,
  exclusiveMinimum: compared,
  exclusiveMaximum: compared,
  formatMinimum: compared,
  formatMaximum: compared,
  formatExclusiveMinimum: compared,
  formatExclusiveMaximum: compared,
  multipleOf: ({ multipleOf }) => `a multiple of ${String(multipleOf)}`,
  minItems: ({ limit }) => `at least ${String(limit)} items`,
  maxItems: ({ limit }) => `at most ${String(limit)} items`,
  uniqueItems: () => "each item once",
  contains: ({ minContains }) => `at least ${String(minContains)} items of the form that the schema asks for`,
  minProperties: ({ limit }) => `at least ${String(limit)} members`,
  maxProperties: ({ limit }) => `at most ${String(limit)} members`,
  additionalProperties: () => "no member of this name",
  unevaluatedProperties: () => "no member of this name",
  propertyNames: () => "another name",
  "false schema": () => "no value",
  not: () => "a value that the schema does not exclude",
  oneOf: () => "a value of exactly one of the forms that the schema allows"
}

/** They only gather what their parts have said already. */
const isGathering = ({ keyword, params }: ErrorObject): boolean =>
  keyword === "if" ||
  keyword === "anyOf" ||
  (keyword === "oneOf" && !isList(follow(params, ["passingSchemas"])))

/** Keywords whose problem lies in a member that the error names beside its path. */
const memberParams = ["missingProperty", "additionalProperty", "unevaluatedProperty", "propertyName"] as const

/** The steps of a JSON Pointer (RFC 6901). */
const steps = (pointer: string): ReadonlyArray<string> =>
  pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))

/** What the schema says of the member that is missing; any value where it says nothing. */
const typeOf = (schema: unknown, name: string): unknown => follow(schema, ["properties", name, "type"])

interface Finding {
  readonly path: string
  readonly got: string
  readonly expected: ReadonlyArray<string>
  /** It is the value's kind that is wrong: any of those expected would do. */
  readonly isKind: boolean
}

const missing = (error: ErrorObject, name: string, path: string): Finding => {
  const type = typeOf(error.parentSchema, name)
  return { path, got: "nothing", expected: type === undefined ? ["a value"] : kindsNamed(type), isKind: true }
}

const finding = (error: ErrorObject, prefix: string): Finding => {
  const params: Params = error.params
  const base = steps(error.instancePath).reduce<string>(joinPath, prefix)
  const member = memberParams.map((name) => params[name]).find((name) => typeof name === "string")
  if (member === undefined) {
    const isKind = error.keyword === "type"
    const expected = isKind
      ? kindsNamed(params["type"])
      : [expectations[error.keyword]?.(params) ?? "another value"]
    return { path: base, got: kindOf(error.data), expected, isKind }
  }
  const path = joinPath(base, member)
  if (params["missingProperty"] === member) return missing(error, member, path)
  const expected = [expectations[error.keyword]?.(params) ?? "another value"]
  return { path, got: kindOf(follow(error.data, [member])), expected, isKind: false }
}

const listed = (choices: ReadonlyArray<string>): string => {
  const last = choices.slice(-1).join("")
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(", ")} or ${last}`
}

const keyOf = ({ expected, isKind, path }: Finding): string => `${path}\n${isKind ? "" : listed(expected)}`

/**
 * Each wrong member once for each thing wrong with it, at most `mostProblems`. Where alternatives are allowed,
 * such as a string or null, their kinds are told in one sentence.
 *
 * @param errors as a validator with `allErrors` and `verbose` has them; null or undefined where all was well
 * @param prefix the path of what was validated, e.g. `payload`
 */
export const payloadProblems = (
  errors: ReadonlyArray<ErrorObject> | null | undefined,
  prefix: string
): ReadonlyArray<FieldProblem> => {
  const findings = new Map<string, Finding>()
  for (const error of errors ?? []) {
    if (isGathering(error)) continue
    const found = finding(error, prefix)
    const before = findings.get(keyOf(found))
    if (before === undefined && findings.size >= mostProblems) break
    const expected = new Set([...(before?.expected ?? []), ...found.expected])
    findings.set(keyOf(found), { ...found, expected: [...expected] })
  }
  return [...findings.values()].map(({ expected, got, path }) => ({
    path,
    message: `expected ${listed(expected)}`,
    got
  }))
}
