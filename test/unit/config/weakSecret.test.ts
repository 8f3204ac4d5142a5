/** Which secrets somebody would guess. */

import { randomBytes } from "node:crypto"

import { assert, describe, it } from "@effect/vitest"

import { weaknessOfKey, weaknessOfPassword } from "#src/config/weakSecret.ts"

describe("weaknessOfKey", () => {
  it.each([
    "a".repeat(40),
    "0123456789".repeat(4),
    "abcabcabcabcabcabcabcabcabcabcabcabc",
    "abcdefgh".repeat(5),
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "changeme-changeme-changeme-changed!",
    "Change-Me-To-Something-Long-Enough-1",
    "replace_me_with_32_characters_at_least",
    "this-is-an-example-key-of-32-characters",
    "your-key-goes-here-your-key-goes-her"
  ])("finds one in %s", (key) => {
    assert.isString(weaknessOfKey(key))
  })

  it.each(["an-operator-key-of-forty-characters-here", "correct horse battery staple, and a fifth"])(
    "finds none in %s",
    (key) => {
      assert.isUndefined(weaknessOfKey(key))
    }
  )

  it("finds none in what is drawn", () => {
    for (let i = 0; i < 2000; i++)
      for (const encoding of ["hex", "base64url"] as const)
        assert.isUndefined(weaknessOfKey(randomBytes(32).toString(encoding)))
  })
})

describe("weaknessOfPassword", () => {
  it.each(["postgres", "Postgres", "password1", "s3cret", "short", "shop", "11111111", "12345678", "nats"])(
    "finds one in %s",
    (password) => {
      assert.isString(weaknessOfPassword(password, ["shop", "carillon"]))
    }
  )

  it("takes the name of the database for a guess", () => {
    assert.isString(weaknessOfPassword("mailing_prod", ["shop", "mailing_prod"]))
    assert.isUndefined(weaknessOfPassword("mailing_prod", ["shop", "carillon"]))
  })

  it("finds none in what is drawn", () => {
    for (let i = 0; i < 2000; i++)
      assert.isUndefined(weaknessOfPassword(randomBytes(12).toString("base64url"), ["carillon"]))
  })
})
