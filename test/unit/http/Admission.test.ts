import { assert, describe, it } from "@effect/vitest"

import { Admission, bodySize_bytes } from "#src/http/Admission.ts"

describe("Admission", () => {
  it("lets in as many as fit, and one more when one has left", () => {
    const admission = new Admission({ maxRequests: 2, maxBody_bytes: 100 })
    assert.deepStrictEqual([admission.enter(0), admission.enter(0), admission.enter(0)], [true, true, false])
    admission.leave(0)
    assert.isTrue(admission.enter(0))
  })

  it("lets in bodies up to the last byte", () => {
    const admission = new Admission({ maxRequests: 10, maxBody_bytes: 100 })
    assert.deepStrictEqual(
      [admission.enter(60), admission.enter(41), admission.enter(40)],
      [true, false, true]
    )
    admission.leave(60)
    assert.isTrue(admission.enter(41))
  })
})

describe("bodySize_bytes", () => {
  it.each([
    { headers: {}, size: 0 },
    { headers: { "content-length": "17" }, size: 17 },
    { headers: { "content-length": "99999999999" }, size: 8_388_608 },
    { headers: { "transfer-encoding": "chunked" }, size: 8_388_608 }
  ])("counts $size for $headers", ({ headers, size }) => {
    assert.strictEqual(bodySize_bytes(headers), size)
  })
})
