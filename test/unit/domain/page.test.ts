/** Parts of lists. */

import { assert, describe, it } from "@effect/vitest"

import { pageOf } from "#src/domain/page.ts"

describe("pageOf", () => {
  it("says whether there is more", () => {
    assert.deepInclude(pageOf({ limit: 2, offset: 0 }, ["a", "b"], 3), { total: 3, has_more: true })
    assert.deepInclude(pageOf({ limit: 2, offset: 2 }, ["c"], 3), { limit: 2, offset: 2, has_more: false })
    assert.deepInclude(pageOf({ limit: 2, offset: 9 }, [], 3), { items: [], has_more: false })
  })
})
