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
    assert.deepStrictEqual(changeOf({ user_id: "u", ...said, user_agent: "x" }), Option.some({ user_id: "u", ...said }))
  })

  it.each([{}, { email: null }, { email: "" }, { email: 7, attributes: null }, { attributes: ["a"] }])(
    "takes what is not said, or no text, for unsaid: %j",
    (payload) => {
      assert.deepStrictEqual(changeOf({ user_id: "u", ...payload }), Option.some({ user_id: "u", ...nothing }))
    }
  )

  it("is none without a user", () => {
    assert.deepStrictEqual(changeOf({ email: "ada@example.com" }), Option.none())
    assert.deepStrictEqual(changeOf({ user_id: 7 }), Option.none())
  })

  it("is none for another type of event", () => {
    assert.deepStrictEqual(profileChange(checked({ event_type: EventType.make("user_updated") })), Option.none())
  })
})
