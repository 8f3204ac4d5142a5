/** `carillon keys` against a gateway of its own, and what of all this its log holds. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { callAt, registration } from "#test/support/httpCall.ts"
import { stoppedNatsServer } from "#test/support/natsServer.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"
import { carillon, freshHome, startCarillon } from "#test/support/processes.ts"

const operatorKey = "an-operator-key-of-forty-characters-here"
const address = /http:\/\/127\.0\.0\.1:\d+/

/** Each starts half a dozen processes. */
const patience_ms = 120_000

const gateway = Effect.gen(function* () {
  const { url } = yield* stoppedNatsServer
  const environment = {
    ...(yield* freshHome),
    NATS_URL: url,
    DATABASE_URL: yield* freshDatabase,
    CARILLON_OPERATOR_KEY: operatorKey,
    LOG_LEVEL: "All"
  }
  yield* carillon(["migrate"], environment)
  const served = yield* startCarillon(["serve", "--role", "gateway"], environment)
  const [api = ""] = address.exec(yield* served.awaitOutput('"serving"')) ?? []
  return { served, api, environment: { ...environment, CARILLON_API_URL: api } }
})

describe("carillon keys", () => {
  it.live(
    "makes a key that works, lists it, and ends it; the log has neither keys nor addresses",
    () =>
      Effect.gen(function* () {
        const { api, environment, served } = yield* gateway
        const run = (...args: ReadonlyArray<string>) => carillon(["keys", ...args], environment)

        const made = yield* run("create", "the shop", "--role", "publisher")
        assert.strictEqual(made.code, 0, made.stderr)
        const key = made.stdout.trim()
        assert.match(key, /^crl_\S+$/)
        const [id = ""] = /key_[0-9a-f]{20}/.exec(made.stderr) ?? []

        const headers = { authorization: `Bearer ${key}` }
        const event = registration()
        const sent = yield* callAt(api, { path: "/api/v1/events", body: event, headers })
        assert.strictEqual(sent.status, 202, sent.text)
        assert.strictEqual((yield* callAt(api, { path: "/api/v1/balance", headers })).status, 403)
        yield* callAt(api, { path: `/api/v1/users/ada@example.org/notifications?x=ada@example.org`, headers })

        const listed = yield* run("list")
        assert.match(listed.stdout, new RegExp(`^${id}\\s+publisher\\s.*the shop\\n$`))
        assert.deepInclude(yield* run("revoke", id), { code: 0, stdout: `${id} is revoked\n` })
        const again = yield* run("revoke", id)
        assert.deepInclude(again, { code: 1, stderr: `there is no key ${id} (HTTP 404)\n` })
        assert.deepInclude(yield* run("list"), { stdout: "no keys\n" })

        yield* served.signal("SIGTERM")
        const { stderr, stdout } = yield* served.ended
        const log = `${stdout}${stderr}`
        assert.include(log, "/api/v1/events")
        for (const secret of [key.slice(-43), operatorKey, "ada@example.org"]) assert.notInclude(log, secret)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    patience_ms
  )

  it.live(
    "acts for the organization that the environment names",
    () =>
      Effect.gen(function* () {
        const { environment } = yield* gateway
        const acme = { ...environment, CARILLON_ORGANIZATION: "acme" }
        const { stdout } = yield* carillon(["keys", "create", "first", "--role", "viewer", "--json"], acme)
        assert.include(stdout, '"organization_id": "acme"')
        assert.deepInclude(yield* carillon(["keys", "list"], environment), { stdout: "no keys\n" })
        const wrong = yield* carillon(["keys", "create", "x", "--role", "root"], acme)
        assert.strictEqual(wrong.code, 2)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    patience_ms
  )
})
