/** Profiles as Auth writes them: what is taken over, what becomes an attribute, what cannot be read. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { UserId } from "#schemas/Ids.ts"
import { answerAbout, answersAbout } from "#src/providers/auth/authProfile.ts"
import { profileWith } from "#test/support/addressees.ts"

const ada = UserId.make("ada")
const bob = UserId.make("bob")

describe("answerAbout", () => {
  it("takes over what it knows and keeps the rest as attributes", () => {
    const answer = answerAbout(ada, {
      user_id: "ada",
      email: "ada@auth.example",
      phone: "+491701234567",
      first_name: "Ada",
      last_name: "Lovelace",
      locale: "en-GB",
      timezone: "Europe/London",
      plan: "pro",
      address: { city: "London" }
    })
    assert.deepStrictEqual(answer, {
      email: "ada@auth.example",
      phone: "+491701234567",
      first_name: "Ada",
      last_name: "Lovelace",
      locale: "en-GB",
      timezone: "Europe/London",
      attributes: { plan: "pro", address: { city: "London" } }
    })
  })

  it.each([
    { name: "absent", profile: {} },
    { name: "null", profile: { email: null, phone: null, locale: null } },
    { name: "blank", profile: { email: "", phone: " ", locale: "" } }
  ])("takes a member that is $name for unsaid", ({ profile }) => {
    assert.deepStrictEqual(answerAbout(ada, profile), profileWith(null))
  })

  it.each([
    { name: "an e-mail address of a wrong type", profile: { user_id: "ada", email: ["ada@auth.example"] } },
    { name: "a locale of a wrong type", profile: { user_id: "ada", email: "ada@auth.example", locale: 7 } },
    { name: "a text", profile: "ada@auth.example" },
    { name: "null", profile: null },
    { name: "a list", profile: [] },
    { name: "the profile of another person", profile: { user_id: "Ada", email: "other@auth.example" } }
  ])("cannot read $name", ({ profile }) => {
    assert.strictEqual(answerAbout(ada, profile), "no_answer")
  })
})

describe("answersAbout", () => {
  it("tells by user_id whose a profile is, in any order, and passes over people that were not asked about", () => {
    const profiles = [
      { user_id: "eve", email: "eve@auth.example" },
      { user_id: "bob", email: "bob@auth.example" },
      { user_id: "ada", email: "ada@auth.example" }
    ]
    assert.deepStrictEqual(
      [...answersAbout([ada, bob], profiles)],
      [
        [ada, profileWith("ada@auth.example")],
        [bob, profileWith("bob@auth.example")]
      ]
    )
  })

  it("knows that nobody knows whom it does not mention", () => {
    const answers = answersAbout([ada, bob], [{ user_id: "ada" }])
    assert.strictEqual(answers.get(bob), "nobody")
  })

  it.each([{ email: "bob@auth.example" }, { user_id: 7 }, "bob"])(
    "does not conclude that from an answer with %o, which may be theirs",
    (anonymous) => {
      const answers = answersAbout([ada, bob], [{ user_id: "ada" }, anonymous])
      assert.strictEqual(answers.get(bob), "no_answer")
      assert.deepStrictEqual(answers.get(ada), profileWith(null))
    }
  )

  it.prop(
    "answers about everyone who was asked about, and no one else",
    [Schema.Array(Schema.Json)],
    ([profiles]) => {
      assert.deepStrictEqual([...answersAbout([ada, bob], profiles).keys()], [ada, bob])
    }
  )
})
