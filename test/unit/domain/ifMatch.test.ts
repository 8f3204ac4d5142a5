/** Entity tags of versions. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { admits, entityTag } from "#src/domain/ifMatch.ts"

describe("admits", () => {
  it.prop("lets the version that was read be changed, and no other", [Schema.Natural], ([version]) => {
    assert.isTrue(admits(entityTag(version), version))
    assert.isTrue(admits(`"x", ${entityTag(version)}`, version))
    assert.isFalse(admits(entityTag(version), version + 1))
    assert.isFalse(admits(`W/${entityTag(version)}`, version))
  })

  it("lets any version be changed where none is named", () => {
    assert.isTrue(admits(undefined, 1))
    assert.isTrue(admits("*", 1))
    assert.isFalse(admits("", 1))
  })
})
