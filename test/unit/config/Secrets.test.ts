import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit } from "effect"

import { checkSecrets } from "#src/config/Secrets.ts"

const good = "9b1f6c2e7d3a4b58c0e1f2a3b4c5d6e7"
const CARILLON_OPERATOR_KEY = good
const DATABASE_URL = `postgres://carillon:${good}@db.example:5432/carillon`
const NATS_URL = `nats://gateway:${good}@nats.example`

const check = (environment: Readonly<Record<string, string>>, role: "gateway" | "no gateway" = "gateway") =>
  checkSecrets(role).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(environment))
  )

describe("checkSecrets", () => {
  it.effect.each([
    { what: "drawn ones", environment: { CARILLON_OPERATOR_KEY, DATABASE_URL, NATS_URL } },
    {
      what: "weak passwords on loopback",
      environment: {
        CARILLON_OPERATOR_KEY,
        DATABASE_URL: "postgres://postgres:postgres@127.0.0.1/postgres",
        NATS_URL: "nats://nats:nats@localhost,nats://[::1]:4223"
      }
    },
    {
      what: "a socket",
      environment: {
        CARILLON_OPERATOR_KEY,
        DATABASE_URL: "postgres://postgres:postgres@/carillon?host=/var/run/postgresql",
        NATS_URL
      }
    }
  ])("has nothing against $what", ({ environment }) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* check(environment), [])
    })
  )

  it.effect.each([
    { variable: "CARILLON_OPERATOR_KEY", value: "x".repeat(40) },
    { variable: "CARILLON_OPERATOR_KEY", value: "too short" },
    { variable: "DATABASE_URL", value: "postgres://carillon:carillon@db.example/carillon" },
    { variable: "DATABASE_URL", value: "postgresql://carillon:changeme@10.0.0.7:5432/x?sslmode=require" },
    { variable: "DATABASE_URL", value: "postgres://ada:pass%77ord@127.0.0.1,db.example/x" },
    { variable: "NATS_URL", value: "nats://gateway:gateway@nats.example" },
    { variable: "NATS_URL", value: "tls://s3cret@nats.example" }
  ])("refuses $variable=$value, and does not repeat it", ({ value, variable }) =>
    Effect.gen(function* () {
      const environment = { CARILLON_OPERATOR_KEY, DATABASE_URL, NATS_URL, [variable]: value }
      const error = yield* Effect.flip(check(environment))
      const said = String(error.cause)
      assert.include(said, variable)
      assert.notInclude(said, value)
    })
  )

  it.effect("names the variable that holds the password in parts", () =>
    Effect.gen(function* () {
      const parts = { POSTGRES_HOST: "db.example", POSTGRES_PASSWORD: "postgres" }
      const error = yield* Effect.flip(check({ CARILLON_OPERATOR_KEY, NATS_URL, ...parts }))
      assert.match(String(error.cause), /POSTGRES_PASSWORD/)
    })
  )

  it.effect("warns where another machine asks for no password", () =>
    Effect.gen(function* () {
      const warnings = yield* check({
        CARILLON_OPERATOR_KEY,
        DATABASE_URL: "postgres://carillon@db.example/carillon",
        NATS_URL: "nats://nats.example:4222"
      })
      assert.lengthOf(warnings, 2)
    })
  )

  it.effect("looks at the operator's key only where it is asked for", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(check({ DATABASE_URL, NATS_URL }, "no gateway"))
      assert.isTrue(Exit.isSuccess(exit))
    })
  )
})
