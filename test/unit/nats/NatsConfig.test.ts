import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Redacted } from "effect"

import { NatsConfig, parseNatsUrl } from "#src/config/NatsConfig.ts"

const load = (env: Record<string, string>) => NatsConfig.parse(ConfigProvider.fromUnknown(env))

describe("parseNatsUrl", () => {
  it("reads several servers, their ports, and who we are", () => {
    const { credentials, servers, tls } = parseNatsUrl(
      "nats://carillon:p%40ss@a:4000, nats://b,tls://[::1]:5"
    )
    assert.deepStrictEqual(servers, ["a:4000", "b:4222", "[::1]:5"])
    assert.isTrue(tls)
    const login = Option.getOrThrow(credentials)
    assert.isTrue("user" in login && login.user === "carillon" && Redacted.value(login.password) === "p@ss")
  })

  it("reads a token, and no credentials", () => {
    const { credentials, tls } = parseNatsUrl("nats://s3cret@a")
    const login = Option.getOrThrow(credentials)
    assert.isTrue("token" in login && Redacted.value(login.token) === "s3cret")
    assert.isFalse(tls)
    assert.deepStrictEqual(parseNatsUrl("nats://a").credentials, Option.none())
  })
})

describe("NatsConfig", () => {
  it.effect("is one server on this machine by default", () =>
    Effect.gen(function* () {
      const { replicas, url } = yield* load({})
      assert.deepStrictEqual([Redacted.value(url), replicas], ["nats://127.0.0.1:4222", 1])
    })
  )

  it.effect.each([
    { NATS_URL: "http://user:s3cret@a" },
    { NATS_URL: "nats://user:s3cret@a,," },
    { NATS_URL: "s3cret" },
    { STREAM_REPLICAS: "2" }
  ])("refuses %o, and shows no secret", (env) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(load(env))
      assert.notInclude(String(error), "s3cret")
    })
  )
})
