/** Whose word on a person counts: the event's, Auth's, or the local profile's. */

import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit, Layer } from "effect"

import { UserId } from "#schemas/Ids.ts"
import { type ProfileAnswer } from "#src/domain/profileAnswer.ts"
import { ProfileSource } from "#src/providers/auth/ProfileSource.ts"
import { type Addressee, Contacts } from "#src/services/Contacts.ts"
import { addressee, profileWith, summaries } from "#test/support/addressees.ts"

/** What was asked, and the contacts that came of the answers. */
const findWith = (answers: Record<string, ProfileAnswer>, people: ReadonlyArray<Addressee>) => {
  const asked: Array<string> = []
  const source = ProfileSource.of({
    find: (users) => {
      asked.push(...users)
      return Effect.succeed(
        new Map(Object.entries(answers).map(([user, answer]) => [UserId.make(user), answer]))
      )
    }
  })
  const layer = Layer.provide(Contacts.layerAuth, Layer.succeed(ProfileSource, source))
  return Contacts.use(({ find }) => find(people)).pipe(
    Effect.map((contacts) => ({ asked, contacts })),
    Effect.provide(layer)
  )
}

const findAs = (env: Record<string, string>) =>
  Contacts.use(({ find }) => find([addressee("ada")])).pipe(
    Effect.provide(
      Layer.provide(Contacts.layerFromConfig, ConfigProvider.layer(ConfigProvider.fromUnknown(env)))
    )
  )

describe("Contacts.find, with Auth", () => {
  it.effect("goes by what Auth says, in the order of the people", () =>
    Effect.gen(function* () {
      const ada = profileWith("ada@auth.example", { locale: "de" })
      const answers = { ada, bob: profileWith("bob@auth.example") }
      const { contacts } = yield* findWith(answers, [addressee("bob"), addressee("ada")])
      assert.deepStrictEqual(summaries(contacts), ["auth bob@auth.example", "auth ada@auth.example"])
      assert.strictEqual(contacts[1]?.profile, ada)
    })
  )

  it.effect("knows no address where Auth has a profile without one", () =>
    Effect.gen(function* () {
      const { contacts } = yield* findWith({ ada: profileWith(null) }, [addressee("ada")])
      assert.deepStrictEqual(summaries(contacts), ["auth -"])
    })
  )

  it.effect("knows nothing of whom Auth does not know, whatever the local profile says", () =>
    Effect.gen(function* () {
      const { contacts } = yield* findWith({ ada: "nobody" }, [addressee("ada")])
      assert.deepStrictEqual(contacts, [{ address: null, source: "auth", profile: null }])
    })
  )

  it.effect("falls back to the local profile where Auth gave no answer", () =>
    Effect.gen(function* () {
      const { contacts } = yield* findWith({ ada: "no_answer" }, [addressee("ada"), addressee("bob")])
      assert.deepStrictEqual(summaries(contacts), [
        "fallback ada@local.example",
        "fallback bob@local.example"
      ])
    })
  )

  it.effect("takes the address that the event brought, even for whom Auth does not know", () =>
    Effect.gen(function* () {
      const brought = addressee("ada", { recipient_address: "ada@event.example" })
      const { contacts } = yield* findWith({ ada: "nobody" }, [brought])
      assert.deepStrictEqual(contacts, [{ address: "ada@event.example", source: "event", profile: null }])
    })
  )

  it.effect("reads the phone for channels that need one", () =>
    Effect.gen(function* () {
      const answers = { ada: profileWith("ada@auth.example", { phone: "+491701234567" }) }
      const { contacts } = yield* findWith(answers, [addressee("ada", { channel_type: "sms" })])
      assert.deepStrictEqual(summaries(contacts), ["auth +491701234567"])
    })
  )

  it.effect("asks once about a person with several messages", () =>
    Effect.gen(function* () {
      const people = [addressee("ada"), addressee("bob"), addressee("ada")]
      const { asked, contacts } = yield* findWith({}, people)
      assert.deepStrictEqual(asked, ["ada", "bob"])
      assert.lengthOf(contacts, 3)
    })
  )
})

describe("Contacts.layerFromConfig", () => {
  it.effect("goes by the local profiles where AUTH_URL is not set", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(summaries(yield* findAs({})), ["profile ada@local.example"])
    })
  )

  it.effect.each([
    "auth.example",
    "ftp://auth.example",
    "https://me:secret@auth.example",
    "https://auth.example?tenant=1",
    "https://auth.example#top"
  ])("refuses %s, and does not print it", (url) =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(findAs({ AUTH_URL: url }))
      assert.isTrue(Exit.isFailure(exit))
      assert.include(String(exit), "AUTH_URL")
      assert.notInclude(String(exit), "secret")
    })
  )
})
