/** Where traces go, by OpenTelemetry's own variables. */

import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option } from "effect"

import { OtlpConfig } from "#src/config/OtlpConfig.ts"

const read = (environment: Readonly<Record<string, string>>) =>
  Effect.provideService(OtlpConfig, ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(environment))

describe("OtlpConfig", () => {
  it.effect("sends nothing where no receiver is named", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone((yield* read({})).endpoint))
    })
  )

  it.effect("reads the receiver without its last slash, and the headers it wants", () =>
    Effect.gen(function* () {
      const found = yield* read({
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector:4318/",
        OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b, other = c=d ,nothing"
      })
      assert.deepStrictEqual(found.endpoint, Option.some("https://collector:4318"))
      assert.deepStrictEqual(found.headers, { "x-key": "a b", other: "c=d" })
      assert.strictEqual(found.protocol, "http/protobuf")
    })
  )

  it.effect.each([
    { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://collector" },
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }
  ])("refuses %j", (environment) =>
    Effect.gen(function* () {
      assert.match(String(yield* Effect.flip(read(environment))), /expected/i)
    })
  )
})
