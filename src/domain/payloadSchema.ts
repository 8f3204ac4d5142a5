/** The JSON Schema that an operator gives with an event type, made into a check of payloads. */

import formats from "ajv-formats"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import { Result } from "effect"

import { joinPath, mostProblems } from "./fieldPath.ts"
import { boundedPattern, checkPattern } from "./patterns.ts"
import { payloadProblems } from "./payloadProblems.ts"
import { type FieldProblem } from "./Refusal.ts"
import { kindOf } from "./valueKind.ts"

/** Every wrong member of a payload by its path, `payload` the first step; none where it fits. */
export type PayloadCheck = (payload: unknown) => ReadonlyArray<FieldProblem>

/** In UTF-8, as compact JSON. */
export const maxSchemaBytes = 64 * 1024

const root = "payload_schema"

const dialect = "https://json-schema.org/draft/2020-12/schema"

/** Values for an instance to equal, not schemas: what looks like a keyword in them is none. */
const literals = new Set(["const", "enum", "default", "examples"])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const wrong = (path: string, message: string, value: unknown): FieldProblem => ({
  path,
  message,
  got: kindOf(value)
})

/** A reference that leads out of the schema would be fetched, or never found. */
const isForeign = (name: string, value: unknown): boolean =>
  (name === "$ref" || name === "$dynamicRef") && typeof value === "string" && !value.startsWith("#")

const memberProblem = (path: string, name: string, value: unknown): ReadonlyArray<FieldProblem> => {
  if (isForeign(name, value))
    return [wrong(path, "expected a reference within the schema, such as #/$defs/address", value)]
  if (name === "$async") return [wrong(path, "expected no member of this name", value)]
  if (name === "$schema" && typeof value === "string" && value.replace(/#$/, "") !== dialect)
    return [wrong(path, `expected ${dialect}`, value)]
  if (name === "pattern" && typeof value === "string") return patternProblem(path, value)
  return name === "patternProperties" && isRecord(value)
    ? Object.keys(value).flatMap((pattern) => patternProblem(joinPath(path, pattern), pattern))
    : []
}

const patternProblem = (path: string, pattern: string): ReadonlyArray<FieldProblem> =>
  Result.match(checkPattern(pattern), {
    onFailure: (message) => [wrong(path, message, pattern)],
    onSuccess: () => []
  })

/** Their members are schemas by names that the author chose, not keywords. */
const maps = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"])

/** Recursive: bodies are at most 64 deep. */
const keywordProblems = (schema: unknown, path: string): ReadonlyArray<FieldProblem> => {
  if (typeof schema !== "object" || schema === null) return []
  return Object.entries(schema).flatMap(([name, value]) => {
    const at = joinPath(path, name)
    if (literals.has(name)) return []
    const below =
      maps.has(name) && isRecord(value)
        ? Object.entries(value).flatMap(([key, each]) => keywordProblems(each, joinPath(at, key)))
        : keywordProblems(value, at)
    return memberProblem(at, name, value).concat(below)
  })
}

/** Unknown formats and keywords are let pass, as the standard says. */
const makeAjv = (checksDialect: boolean): Ajv2020 => {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    logger: false,
    meta: checksDialect,
    validateSchema: checksDialect,
    inlineRefs: false,
    code: { regExp: Object.assign(boundedPattern, { code: "boundedPattern" }) }
  })
  return formats.default(ajv)
}

const dialectCheck = makeAjv(true)

const dialectProblems = (schema: Readonly<Record<string, unknown>>): ReadonlyArray<FieldProblem> => {
  // Its answer is a promise only for asynchronous schemas, which are refused.
  void dialectCheck.validateSchema(schema)
  return payloadProblems(dialectCheck.errors, root)
}

const sizeProblems = (schema: unknown): ReadonlyArray<FieldProblem> =>
  Buffer.byteLength(JSON.stringify(schema)) > maxSchemaBytes
    ? [wrong(root, `expected a schema of at most ${maxSchemaBytes / 1024} KiB`, schema)]
    : []

const run = (validate: ValidateFunction, payload: unknown): ReadonlyArray<FieldProblem> => {
  validate(payload)
  return payloadProblems(validate.errors, "payload")
}

/** References that lead nowhere, and such that lead back to themselves: only compiling and running shows them. */
const compile = (
  schema: Readonly<Record<string, unknown>>
): Result.Result<PayloadCheck, ReadonlyArray<FieldProblem>> =>
  Result.try({
    try: () => {
      // An own one for each schema, so that two may have the same `$id`.
      const validate = makeAjv(false).compile(schema)
      run(validate, {})
      return (payload: unknown) => run(validate, payload)
    },
    catch: (cause) => [
      wrong(
        root,
        cause instanceof RangeError
          ? "expected a schema that does not refer to itself without end"
          : `expected a schema that can be used: ${String(cause)}`,
        schema
      )
    ]
  })

/**
 * JSON Schema 2020-12, with formats. Fails with all that is wrong, `payload_schema` the first step of each path.
 * A schema refers to nothing but itself, is at most 64 KiB long and comes from an operator: how often it makes a
 * payload of at most 256 KiB be read is up to its author, but its patterns cannot run away (`patterns.ts`).
 */
export const compilePayloadSchema = (
  schema: Readonly<Record<string, unknown>>
): Result.Result<PayloadCheck, ReadonlyArray<FieldProblem>> => {
  const checks = [sizeProblems, (all: unknown) => keywordProblems(all, root), dialectProblems]
  for (const check of checks) {
    const problems = check(schema)
    if (problems.length > 0) return Result.fail(problems.slice(0, mostProblems))
  }
  return compile(schema)
}
