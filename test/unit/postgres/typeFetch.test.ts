/** Which failures that nobody handles are the client's own. */

import { assert, describe, it } from "@effect/vitest"

import { isOfTypeFetch } from "#src/postgres/typeFetch.ts"

const failed = (query: unknown) => Object.assign(new Error("the database system is starting up"), { query })

describe("isOfTypeFetch", () => {
  it("knows the client's own question by its text", () => {
    assert.isTrue(isOfTypeFetch(failed("\n select b.oid, b.typarray\n from pg_catalog.pg_type a")))
  })

  it("is no other failure", () => {
    for (const reason of [
      failed("select 1"),
      failed(undefined),
      new Error("pg_catalog.pg_type"),
      "text",
      undefined
    ])
      assert.isFalse(isOfTypeFetch(reason))
  })
})
