import { assert, describe, it } from "@effect/vitest"
import { Result, Schema, SchemaIssue } from "effect"

import { EventEnvelope } from "#schemas/Event.ts"
import { fieldProblems } from "#src/domain/fieldProblems.ts"
import { type FieldProblem } from "#src/domain/Refusal.ts"

const options = { errors: "all", onExcessProperty: "error" } as const

const problemsOf = (
  schema: Schema.ConstraintDecoder<unknown>,
  value: unknown,
  prefix?: string
): ReadonlyArray<FieldProblem> => {
  const read = Schema.decodeUnknownResult(schema, options)(value)
  return Result.isFailure(read) ? fieldProblems(read.failure.issue, value, prefix) : []
}

const Sample = Schema.Struct({
  name: Schema.String,
  size: Schema.optionalKey(Schema.NullOr(Schema.String)),
  flag: Schema.optionalKey(Schema.Boolean),
  mode: Schema.optionalKey(Schema.Literals(["a", "b", "c"])),
  count: Schema.optionalKey(Schema.Int),
  list: Schema.optionalKey(Schema.Array(Schema.String)),
  inner: Schema.optionalKey(Schema.Struct({ id: Schema.Finite, tags: Schema.Array(Schema.String) }))
})

describe("fieldProblems", () => {
  it.each([
    { value: {}, path: "name", message: "expected a string", got: "nothing" },
    { value: { name: 3 }, path: "name", message: "expected a string", got: "number" },
    { value: { name: null }, path: "name", message: "expected a string", got: "null" },
    { value: { name: "x", size: [] }, path: "size", message: "expected a string or null", got: "array" },
    { value: { name: "x", flag: "yes" }, path: "flag", message: "expected true or false", got: "string" },
    { value: { name: "x", mode: "d" }, path: "mode", message: 'expected "a", "b" or "c"', got: "string" },
    { value: { name: "x", count: 1.5 }, path: "count", message: "expected an integer", got: "number" },
    { value: { name: "x", list: {} }, path: "list", message: "expected an array", got: "object" },
    { value: { name: "x", list: ["a", true] }, path: "list.1", message: "expected a string", got: "boolean" },
    {
      value: { name: "x", extra: 1 },
      path: "extra",
      message: "expected no member of this name",
      got: "number"
    },
    { value: [], path: "", message: "expected an object", got: "array" },
    { value: undefined, path: "", message: "expected an object", got: "nothing" }
  ])("says at $path: $message, got $got", ({ got, message, path, value }) => {
    assert.deepStrictEqual(problemsOf(Sample, value), [{ path, message, got }])
  })

  it("tells every wrong member at once, nested ones too", () => {
    assert.deepStrictEqual(problemsOf(Sample, { inner: { tags: 3 }, count: "x" }), [
      { path: "name", message: "expected a string", got: "nothing" },
      { path: "count", message: "expected a number", got: "string" },
      { path: "inner.id", message: "expected a number", got: "nothing" },
      { path: "inner.tags", message: "expected an array", got: "number" }
    ])
  })

  it("puts the prefix before each path", () => {
    const paths = problemsOf(Sample, { inner: 3 }, "events.3").map(({ path }) => path)
    assert.deepStrictEqual(paths, ["events.3.name", "events.3.inner"])
    assert.deepStrictEqual(
      problemsOf(Sample, 3, "payload").map(({ path }) => path),
      ["payload"]
    )
  })

  it("says a problem once where several members of a union find it", () => {
    const Either = Schema.Union([Schema.Struct({ x: Schema.String }), Schema.Struct({ y: Schema.String })])
    assert.deepStrictEqual(problemsOf(Either, { z: 1 }), [
      { path: "z", message: "expected no member of this name", got: "number" },
      { path: "x", message: "expected a string", got: "nothing" },
      { path: "y", message: "expected a string", got: "nothing" }
    ])
  })

  it("tells at most 100, in paths that cannot be long or break a line", () => {
    const extras = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`\n${"x".repeat(5000)}${i}`, i]))
    const problems = problemsOf(Sample, { name: "x", ...extras, "a\u0007b": 1 })
    assert.isAtMost(problems.length, 100)
    for (const { path } of problems) assert.match(path, /^\P{Cc}{1,100}$/u)
  })

  it("finds the member that a check of the whole names", () => {
    const Range = Schema.Struct({ from: Schema.Int, to: Schema.Int }).check(
      Schema.makeFilter(({ from, to }) =>
        from <= to ? undefined : { path: ["to"], issue: "expected no less than from" }
      )
    )
    assert.deepStrictEqual(problemsOf(Range, { from: 2, to: 1 }), [
      { path: "to", message: "expected no less than from", got: "number" }
    ])
  })

  it("names a missing member of unknown kind a value", () => {
    assert.deepStrictEqual(fieldProblems(new SchemaIssue.MissingKey(undefined), undefined), [
      { path: "", message: "expected a value", got: "nothing" }
    ])
    assert.deepStrictEqual(problemsOf(Schema.Tuple([Schema.String]), []), [
      { path: "0", message: "expected a value", got: "nothing" }
    ])
  })

  it("reads well for the envelope of an event", () => {
    const wrong = {
      event_id: "1",
      event_type: "a b",
      source: "s",
      occurred_at: "2026-11-21T12:00:00",
      payload: []
    }
    const messages = problemsOf(EventEnvelope, wrong).map(({ message, path }) => `${path}: ${message}`)
    assert.deepStrictEqual(messages, [
      "event_id: expected a uuid",
      "event_type: expected tokens of a-z, 0-9, _ and -, joined by single dots, at most 100 characters",
      "occurred_at: expected an RFC 3339 instant with an offset, like 2026-11-21T12:00:00Z",
      "payload: expected an object"
    ])
  })
})
