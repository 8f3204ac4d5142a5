/** Where a message goes. */

import { assert, describe, it } from "@effect/vitest"

import { contactOf } from "#src/domain/contact.ts"
import { profileWith } from "#test/support/addressees.ts"
import { sampleRow } from "#test/support/jobs.ts"

const profile = profileWith("ada@example.com", { phone: "+491" })

describe("contactOf", () => {
  it("is the profile's address of the channel, from whoever keeps the profile", () => {
    assert.deepStrictEqual(contactOf(sampleRow(), profile, "auth"), {
      address: "ada@example.com",
      source: "auth",
      profile
    })
    assert.strictEqual(contactOf(sampleRow({ channel_type: "sms" }), profile, "profile").address, "+491")
  })

  it("is the event's own address over the profile's", () => {
    const row = sampleRow({ recipient_address: "guest@example.com" })
    assert.deepStrictEqual(contactOf(row, profile, "auth"), {
      address: "guest@example.com",
      source: "event",
      profile
    })
    assert.deepStrictEqual(contactOf(row, null, "profile"), {
      address: "guest@example.com",
      source: "event",
      profile: null
    })
  })

  it("has no address where no one knows one", () => {
    assert.isNull(contactOf(sampleRow(), null, "profile").address)
    assert.isNull(contactOf(sampleRow(), profileWith(null), "profile").address)
    assert.isNull(contactOf(sampleRow({ channel_type: "sms" }), null, "profile").address)
  })
})
