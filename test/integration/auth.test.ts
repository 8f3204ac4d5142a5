/** Contacts from an Auth service over HTTP: answering, not answering, and answering badly. */

import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"

import { Contacts } from "#src/services/Contacts.ts"
import { addressee, summaries } from "#test/support/addressees.ts"
import { type AuthFault, type AuthServer, authServer } from "#test/support/authServer.ts"

const contactsAt = (url: string) =>
  Effect.map(
    Layer.build(
      Layer.provide(
        Contacts.layerFromConfig,
        ConfigProvider.layer(ConfigProvider.fromUnknown({ AUTH_URL: url }))
      )
    ),
    (built) => {
      const { find } = Effect.runSync(Effect.provide(Contacts, built))
      return (users: ReadonlyArray<string>) =>
        Effect.map(find(users.map((user) => addressee(user))), summaries)
    }
  )

const start = Effect.gen(function* () {
  const auth = yield* authServer
  auth.know("ada", { email: "ada@auth.example" })
  auth.know("bob", { email: "bob@auth.example" })
  return { auth, find: yield* contactsAt(auth.url) }
})

/** What is found when nobody answers within 2 s of the test's clock. */
const outwait = Effect.fnUntraced(function* <A>(auth: AuthServer, found: Effect.Effect<A>, questions = 1) {
  const finding = yield* Effect.forkChild(found)
  yield* auth.waitFor(questions)
  yield* TestClock.adjust("2 seconds")
  return yield* Fiber.join(finding)
})

const numbered = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => `reader-${index}`)

const fallback = ["fallback ada@local.example"]
const fromAuth = ["auth ada@auth.example"]

describe("Contacts from Auth, many at once", () => {
  it.effect("asks about all in one request", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      assert.deepStrictEqual(yield* find(["ada", "bob", "ada"]), [
        "auth ada@auth.example",
        "auth bob@auth.example",
        "auth ada@auth.example"
      ])
      assert.deepStrictEqual(auth.questions, [{ place: "batch", users: ["ada", "bob"] }])
    })
  )

  it.effect("has no contact for whom Auth does not know", () =>
    Effect.gen(function* () {
      const { find } = yield* start
      assert.deepStrictEqual(yield* find(["eve", "ada"]), ["auth -", "auth ada@auth.example"])
    })
  )

  it.effect("asks about 100 people in a request at most", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      const users = numbered(450)
      for (const user of users) auth.know(user, { email: `${user}@auth.example` })
      assert.deepStrictEqual(
        yield* find(users),
        users.map((user) => `auth ${user}@auth.example`)
      )
      assert.deepStrictEqual(
        auth.sizes.toSorted((a, b) => b - a),
        [100, 100, 100, 100, 50]
      )
    })
  )

  it.effect("asks nothing about nobody", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      assert.deepStrictEqual(yield* find([]), [])
      assert.isEmpty(auth.questions)
    })
  )

  it.effect("falls back for the one whose profile cannot be read, not for the others", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      auth.know("ada", { email: 7 })
      assert.deepStrictEqual(yield* find(["ada", "bob"]), [...fallback, "auth bob@auth.example"])
    })
  )
})

describe("Contacts from an Auth that does not answer", () => {
  const garbage = [
    { name: "HTML", reply: "<html>" },
    { name: "an empty body", reply: "" },
    { name: "no profiles", reply: "{}" },
    { name: "profiles that are no list", reply: '{"profiles":{}}' },
    { name: "more than 1 MiB", reply: `{"profiles":[],"rest":"${"x".repeat(1_048_576)}"}` }
  ].map(({ name, reply }) => ({ name, fault: { status: 200, reply } }))
  const statuses = [204, 302, 400, 401, 403, 429, 500, 502, 503, 504].map((status) => ({
    name: `a ${status}`,
    fault: { status }
  }))

  it.effect.each<{ name: string; fault: AuthFault }>([
    ...statuses,
    ...garbage,
    { name: "a connection that is cut", fault: "reset" }
  ])("falls back at $name", ({ fault }) =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      auth.fail("batch", fault)
      assert.deepStrictEqual(yield* find(["ada"]), fallback)
      auth.heal()
      assert.deepStrictEqual(yield* find(["ada"]), fromAuth)
    })
  )

  it.effect.each<AuthFault>(["hang", "hang_in_body"])("falls back after 2 s at %j", (fault) =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      auth.fail("batch", fault)
      assert.deepStrictEqual(yield* outwait(auth, find(["ada"])), fallback)
      auth.heal()
      assert.deepStrictEqual(yield* find(["ada"]), fromAuth)
    })
  )

  it.effect("keeps 500 people waiting no longer than one", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      auth.fail("batch", "hang")
      const users = numbered(500)
      assert.deepStrictEqual(
        yield* outwait(auth, find(users), 5),
        users.map((user) => `fallback ${user}@local.example`)
      )
      assert.lengthOf(auth.questions, 5)
    })
  )

  it.effect("falls back where nobody listens", () =>
    Effect.gen(function* () {
      const url = yield* Effect.scoped(Effect.map(authServer, ({ url }) => url))
      const find = yield* contactsAt(url)
      assert.deepStrictEqual(yield* find(["ada"]), fallback)
    })
  )

  it.effect("asks again where a connection was cut, which Auth may have done to an idle one", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      auth.fail("batch", "reset", 1)
      assert.deepStrictEqual(yield* find(["ada"]), fromAuth)
    })
  )

  it.effect("does not ask for 5 s after three failures in a row, then asks again", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      auth.fail("batch", { status: 503 })
      yield* Effect.repeat(find(["ada"]), { times: 2 })
      auth.heal()
      assert.deepStrictEqual(yield* find(["ada"]), fallback)
      yield* TestClock.adjust("4999 millis")
      assert.deepStrictEqual(yield* find(["ada"]), fallback)
      assert.lengthOf(auth.questions, 3)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* find(["ada"]), fromAuth)
    })
  )

  it.effect("keeps asking while some requests are answered", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* start
      const failTwice = Effect.sync(() => auth.fail("batch", { status: 503 }, 2)).pipe(
        Effect.andThen(Effect.repeat(find(["ada"]), { times: 2 }))
      )
      assert.deepStrictEqual(yield* failTwice, fromAuth)
      assert.deepStrictEqual(yield* failTwice, fromAuth)
    })
  )

  it.effect("warns once a minute, and names no one", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) =>
      lines.push(`${logLevel} ${JSON.stringify(message)}`)
    )
    return Effect.gen(function* () {
      const { auth, find } = yield* start
      auth.fail("batch", { status: 401, reply: "ada@auth.example" })
      yield* Effect.repeat(find(["ada"]), { times: 1 })
      assert.deepStrictEqual(lines, [
        'Warn ["no answer from Auth: the local profiles serve instead",{"auth.why":"status","auth.status":401}]'
      ])
      yield* TestClock.adjust("1 minute")
      yield* find(["ada"])
      assert.lengthOf(lines, 2)
    }).pipe(Effect.provide(Logger.layer([logger])))
  })
})

describe("Contacts from an Auth without the batch", () => {
  const startWithout = (status: number) =>
    Effect.map(start, (started) => {
      started.auth.fail("batch", { status })
      return started
    })

  it.effect.each([404, 405])("asks one by one after a %i", (status) =>
    Effect.gen(function* () {
      const { auth, find } = yield* startWithout(status)
      assert.deepStrictEqual(yield* find(["ada", "eve", "bob"]), [
        "auth ada@auth.example",
        "auth -",
        "auth bob@auth.example"
      ])
      assert.deepStrictEqual(auth.places.toSorted(), ["batch", "user ada", "user bob", "user eve"])
    })
  )

  it.effect("does not try the batch again for a minute", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* startWithout(404)
      yield* find(["ada"])
      yield* TestClock.adjust("59 seconds")
      yield* find(["ada"])
      assert.deepStrictEqual(auth.places, ["batch", "user ada", "user ada"])
      auth.heal()
      yield* TestClock.adjust("1 second")
      yield* find(["ada"])
      assert.strictEqual(auth.places.at(-1), "batch")
    })
  )

  it.effect.each<AuthFault>([
    { status: 500 },
    { status: 403 },
    { status: 200, reply: "<html>" },
    { status: 200, reply: '{"user_id":"bob","email":"bob@auth.example"}' },
    { status: 200, reply: '{"user_id":"ada","email":7}' },
    "reset"
  ])("falls back at %j for one, not for the others", (fault) =>
    Effect.gen(function* () {
      const { auth, find } = yield* startWithout(404)
      auth.fail("user ada", fault)
      assert.deepStrictEqual(yield* find(["ada", "bob"]), [...fallback, "auth bob@auth.example"])
    })
  )

  it.effect.each(["a/b", "a?b#c", "ä%2F", "../bob", "😀"])("encodes %s in the path", (user) =>
    Effect.gen(function* () {
      const { auth, find } = yield* startWithout(404)
      auth.know(user, { email: "odd@auth.example" })
      assert.deepStrictEqual(yield* find([user]), ["auth odd@auth.example"])
    })
  )

  it.effect.each([".", "..", "\ud800"])("falls back for an id that no path can hold", (user) =>
    Effect.gen(function* () {
      const { auth, find } = yield* startWithout(404)
      assert.deepStrictEqual(yield* find([user]), [`fallback ${user}@local.example`])
      assert.deepStrictEqual(auth.places, ["batch"])
    })
  )

  // On the real clock: the answers that came before the deadline are kept, and only the client knows when they have.
  it.live("waits 2 s in all, and keeps what came before", () =>
    Effect.gen(function* () {
      const { auth, find } = yield* startWithout(404)
      const users = numbered(40)
      for (const user of users) auth.know(user, { email: `${user}@auth.example` })
      const silent = new Set(["reader-3", "reader-17"])
      for (const user of silent) auth.fail(`user ${user}`, "hang")
      const [took, found] = yield* Effect.timed(find(users))
      assert.deepStrictEqual(
        found,
        users.map((user) =>
          silent.has(user) ? `fallback ${user}@local.example` : `auth ${user}@auth.example`
        )
      )
      assert.approximately(Duration.toMillis(took), 2000, 1000)
    })
  )
})
