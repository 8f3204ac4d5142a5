import { assert, describe, it } from "@effect/vitest"

import { unknownVariables } from "#src/domain/template/unknownVariables.ts"

const schema = {
  type: "object",
  properties: {
    order_id: { type: "string" },
    customer: { $ref: "#/$defs/person~1full" },
    items: { type: "array", items: { type: "object", properties: { title: { type: "string" } } } },
    pair: { prefixItems: [{ properties: { left: true } }] },
    meta: { type: "object" },
    anything: true,
    closed: { type: "object", additionalProperties: false },
    labels: { type: "object", additionalProperties: { type: "object", properties: { text: {} } } },
    patterned: { patternProperties: { "^x_": { type: "string" } } },
    tree: { $ref: "#/$defs/tree" },
    nothing: false
  },
  allOf: [{ properties: { total: { type: ["number", "null"] } } }],
  if: { properties: { total: { const: 0 } } },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { properties: { coupon: { type: "string" } } },
  $defs: {
    "person/full": { properties: { name: { type: "string" } } },
    tree: { anyOf: [{ $ref: "#/$defs/tree" }, { properties: { child: { $ref: "#/$defs/tree" } } }] }
  }
}

describe("unknownVariables", () => {
  it.each([
    "order_id",
    "customer.name",
    "items",
    "items[].title",
    "items.0.title",
    "pair.0.left",
    "meta.whatever.deep",
    "anything.at.all",
    "labels.x.text",
    "patterned.x_1",
    "tree.child.child",
    "total",
    "coupon",
    "first_name",
    "attributes.genres",
    "attributes.genres[]",
    "attributes"
  ])("knows %s", (variable) => {
    assert.deepStrictEqual(unknownVariables([variable], schema), [])
  })

  it.each([
    "frist_name",
    "first_name.x",
    "order_id.length",
    "customer.nmae",
    "items[].titel",
    "items.title",
    "closed.x",
    "labels.x.txt",
    "tree.kid",
    "attribute.x",
    "nothing.x",
    "__proto__",
    "constructor"
  ])("reports %s", (variable) => {
    assert.deepStrictEqual(unknownVariables([variable], schema), [variable])
  })

  it("reports nothing where there is no schema, or one that declares nothing", () => {
    for (const open of [undefined, true, {}, { type: "object" }])
      assert.deepStrictEqual(unknownVariables(["x"], open), [])
  })

  it("reports everything but the profile where nothing is admitted", () => {
    assert.deepStrictEqual(unknownVariables(["x", "email"], { additionalProperties: false }), ["x"])
    assert.deepStrictEqual(unknownVariables(["x"], { type: "string" }), ["x"])
  })
})
