/** What a registration tells us about a person. */

import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"

import { EventType } from "#schemas/Ids.ts"
import { profileChange } from "#src/domain/registration.ts"
import { checked } from "#test/support/events.ts"

const nothing = {
  email: null,
  phone: null,
  first_name: null,
  last_name: null,
  locale: null,
  timezone: null,
  attributes: {}
}

const changeOf = (payload: Readonly<Record<string, unknown>>) => profileChange(checked({ payload }))

describe("profileChange", () => {
  it("takes what is said", () => {
    const said = {
      email: "ada@example.com",
      phone: "+491",
      first_name: "Ada",
      last_name: "Lovelace",
      locale: "de",
      timezone: "Europe/Berlin",
      attributes: { genres: ["noir"] }
    }
    assert.deepStrictEqual(
      changeOf({ user_id: "u", ...said, user_agent: "x" }),
      Option.some({ user_id: "u", ...said })
    )
  })

  it.each([{}, { email: null }, { email: "" }, { email: 7, attributes: null }, { attributes: ["a"] }])(
    "takes what is not said, or no text, for unsaid: %j",
    (payload) => {
      assert.deepStrictEqual(
        changeOf({ user_id: "u", ...payload }),
        Option.some({ user_id: "u", ...nothing })
      )
    }
  )

  // A schema of the operator's own may admit what the ledger's columns do not hold.
  it.each([
    ["email", 320],
    ["phone", 50],
    ["first_name", 255],
    ["last_name", 255],
    ["locale", 35],
    ["timezone", 64]
  ])("takes a %s of at most %d characters, however many code units they are", (name, longest) => {
    const change = (text: string) => changeOf({ user_id: "u", [name]: text })
    assert.deepStrictEqual(change("x".repeat(longest + 1)), Option.some({ user_id: "u", ...nothing }))
    const fits = "\u{1f600}".repeat(longest)
    assert.deepStrictEqual(change(fits), Option.some({ user_id: "u", ...nothing, [name]: fits }))
  })

  it("is none without a user", () => {
    assert.deepStrictEqual(changeOf({ user_id: "u".repeat(101) }), Option.none())
    assert.deepStrictEqual(changeOf({ email: "ada@example.com" }), Option.none())
    assert.deepStrictEqual(changeOf({ user_id: 7 }), Option.none())
  })

  it("is none for another type of event", () => {
    assert.deepStrictEqual(
      profileChange(checked({ event_type: EventType.make("user_updated") })),
      Option.none()
    )
  })
})
