import { assert, describe, it } from "@effect/vitest"

import { cursorPage } from "#src/domain/cursorPage.ts"

const asked = { limit: 2, offset: 0 }

describe("cursorPage", () => {
  it("leaves the row out that only shows that there is more", () => {
    assert.deepStrictEqual(cursorPage(asked, { rows: [5, 4, 3], counted: 5 }, String), {
      items: [5, 4],
      members: { total: 5, limit: 2, offset: 0, has_more: true, next_cursor: "4" }
    })
  })

  it("has no cursor on the last page, full or empty", () => {
    const last = cursorPage(asked, { rows: [2, 1], counted: 5 }, String).members
    assert.deepInclude(last, { has_more: false, next_cursor: null })
    assert.deepInclude(cursorPage(asked, { rows: [], counted: 0 }, String).members, {
      total: 0,
      next_cursor: null
    })
  })

  it("counts exactly up to 10,000, and says where there are more", () => {
    assert.notProperty(cursorPage(asked, { rows: [], counted: 10_000 }, String).members, "total_capped")
    const capped = cursorPage(asked, { rows: [], counted: 10_001 }, String).members
    assert.deepInclude(capped, { total: 10_000, total_capped: true })
  })
})
