/** From an operator's JSON Schema to problems that a publisher can act on. */

import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import { payloadProblems } from "#src/domain/payloadProblems.ts"
import { compilePayloadSchema } from "#src/domain/payloadSchema.ts"

const checkOf = (schema: Record<string, unknown>) => Result.getOrThrow(compilePayloadSchema(schema))

const saidOf = (schema: Record<string, unknown>, payload: unknown) =>
  checkOf(schema)(payload).map(({ got, message, path }) => `${path}: ${message}, got ${got}`)

describe("compilePayloadSchema", () => {
  it("names every wrong member of a payload by its path", () => {
    const schema = {
      type: "object",
      required: ["user_id", "items"],
      properties: {
        user_id: { type: "string" },
        email: { type: ["string", "null"] },
        items: {
          type: "array",
          items: { type: "object", required: ["price"], properties: { price: { type: "number" } } }
        }
      },
      additionalProperties: false
    }
    assert.deepStrictEqual(
      saidOf(schema, { user_id: 7, email: true, items: [{}, { price: "1" }], "a/b.c": 1 }),
      [
        "payload.a/b.c: expected no member of this name, got number",
        "payload.user_id: expected a string, got number",
        "payload.email: expected a string or null, got boolean",
        "payload.items.0.price: expected a number, got nothing",
        "payload.items.1.price: expected a number, got string"
      ]
    )
    assert.deepStrictEqual(saidOf(schema, {}), [
      "payload.user_id: expected a string, got nothing",
      "payload.items: expected an array, got nothing"
    ])
    assert.deepStrictEqual(saidOf(schema, { user_id: "u", items: [] }), [])
  })

  it.each<[unknown, unknown, string]>([
    [{ enum: ["a", 1] }, "b", `expected one of "a", 1`],
    [{ const: "a" }, "b", `expected "a"`],
    [{ minLength: 2 }, "b", "expected at least 2 characters"],
    [{ maxLength: 0 }, "b", "expected at most 0 characters"],
    [{ pattern: "^a$" }, "b", "expected text that matches ^a$"],
    [{ format: "email" }, "b", "expected text of the format email"],
    [{ minimum: 3 }, 2, "expected at least 3"],
    [{ exclusiveMaximum: 3 }, 3, "expected less than 3"],
    [{ multipleOf: 2 }, 3, "expected a multiple of 2"],
    [{ type: "integer" }, 1.5, "expected a whole number"],
    [{ minItems: 1 }, [], "expected at least 1 items"],
    [{ uniqueItems: true }, [1, 1], "expected each item once"],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, 3, "expected a string or null"],
    [
      { oneOf: [{ minimum: 1 }, { minimum: 2 }] },
      3,
      "expected a value of exactly one of the forms that the schema allows"
    ],
    [{ not: { const: 3 } }, 3, "expected a value that the schema does not exclude"],
    [{ contains: { const: 1 } }, [2], "expected 1"],
    [
      { contains: { minimum: 1 }, minContains: 2 },
      [1],
      "expected at least 2 items of the form that the schema asks for"
    ],
    [
      { enum: Array.from({ length: 21 }, (_, i) => i) },
      99,
      "expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, …"
    ],
    [{ maxItems: 0 }, [1], "expected at most 0 items"],
    [{ minProperties: 1 }, {}, "expected at least 1 members"],
    [{ maxProperties: 0 }, { a: 1 }, "expected at most 0 members"],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, "expected another name"],
    [{ unevaluatedProperties: false }, { a: 1 }, "expected no member of this name"],
    [{ dependentRequired: { a: ["b"] } }, { a: 1 }, "expected a value"],
    [{ format: "date", formatMinimum: "2026-01-01" }, "2025-01-01", "expected at least 2026-01-01"],
    [{ unevaluatedItems: false }, [1], "expected another value"],
    [{ if: { const: 1 }, else: { const: 3 } }, 2, "expected 3"],
    [false, 3, "expected no value"]
  ])("says what %o expects", (schema, value, message) => {
    const problems = checkOf({ properties: { x: schema } })({ x: value })
    assert.include(
      problems.map((problem) => problem.message),
      message
    )
  })

  it.each<[string, Record<string, unknown>, string]>([
    ["another kind", { type: "strin" }, "payload_schema.type"],
    [
      "a bound that is none",
      { properties: { a: { minLength: -1 } } },
      "payload_schema.properties.a.minLength"
    ],
    ["a remote reference", { $ref: "https://example.org/x" }, "payload_schema.$ref"],
    ["another file", { items: { $ref: "other.json#/a" } }, "payload_schema.items.$ref"],
    ["a reference to nothing", { $ref: "#/$defs/x" }, "payload_schema"],
    ["a reference to itself", { $ref: "#" }, "payload_schema"],
    ["an older dialect", { $schema: "http://json-schema.org/draft-07/schema#" }, "payload_schema.$schema"],
    ["an asynchronous one", { $async: true }, "payload_schema.$async"],
    [
      "a pattern that runs away",
      { properties: { default: { pattern: "(a+)+" } } },
      "payload_schema.properties.default.pattern"
    ],
    ["a pattern that is none", { patternProperties: { "(": {} } }, "payload_schema.patternProperties.("],
    ["more than 64 KiB", { title: "x".repeat(65_536) }, "payload_schema"]
  ])("refuses %s", (_, schema, path) => {
    const problems = Result.getOrThrow(Result.flip(compilePayloadSchema(schema)))
    assert.deepStrictEqual(problems.map((problem) => problem.path)[0], path)
  })

  it("knows a reference within the schema, and the dialect by its name", () => {
    const $schema = "https://json-schema.org/draft/2020-12/schema"
    assert.lengthOf(
      saidOf({ $schema, $defs: { a: { type: "null" } }, properties: { x: { $ref: "#/$defs/a" } } }, { x: 1 }),
      1
    )
  })

  it("lets two schemas have the same id, and unknown formats pass", () => {
    assert.deepStrictEqual(saidOf({ $id: "https://example.org/a", format: "colour" }, "x"), [])
    assert.lengthOf(saidOf({ $id: "https://example.org/a", type: "object" }, "x"), 1)
  })

  it("reads what looks like a keyword in a literal as no keyword", () => {
    assert.deepStrictEqual(saidOf({ default: { $ref: "x", pattern: "(" } }, {}), [])
  })

  it("answers a hundred problems at most", () => {
    const schema = { items: { type: "string" } }
    assert.lengthOf(checkOf(schema)(Array.from({ length: 500 }, () => 1)), 100)
  })
})

describe("payloadProblems", () => {
  it("says what it does not know in the validator's own words", () => {
    const error = { instancePath: "/a~1b", schemaPath: "", data: 1 }
    const errors = [
      { ...error, keyword: "type", params: { type: "bigint" } },
      { ...error, keyword: "minimum", params: { comparison: "~", limit: 2 } },
      { ...error, keyword: "secret", params: { propertyName: "x" } }
    ]
    assert.deepStrictEqual(payloadProblems(errors, "payload"), [
      { path: "payload.a/b", message: "expected bigint", got: "number" },
      { path: "payload.a/b", message: "expected ~ 2", got: "number" },
      { path: "payload.a/b.x", message: "expected another value", got: "nothing" }
    ])
  })
})
