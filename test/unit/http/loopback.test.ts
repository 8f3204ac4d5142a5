import { assert, describe, it } from "@effect/vitest"

import { isLoopbackAddress, isLoopbackHost, isLoopbackOrigin } from "#src/http/loopback.ts"

describe("loopback names", () => {
  it.each(["localhost", "LOCALHOST:8240", "127.0.0.1", "127.9.8.7:1", "[::1]", "[::1]:8240"])(
    "%s is one",
    (host) => {
      assert.isTrue(isLoopbackHost(host))
    }
  )

  it.each([
    "",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example:127",
    "0.0.0.0",
    "[::]",
    "10.0.0.1",
    "localhost:8240:1",
    "[::1",
    "localhost "
  ])("%j is none", (host) => {
    assert.isFalse(isLoopbackHost(host))
  })

  it.each(["127.0.0.1", "::1", "::ffff:127.0.0.1"])("%s is a loopback address", (address) => {
    assert.isTrue(isLoopbackAddress(address))
  })

  it.each(["192.168.0.1", "::ffff:10.0.0.1", "::", "localhost"])("%s is no loopback address", (address) => {
    assert.isFalse(isLoopbackAddress(address))
  })

  it.each([
    { origin: "http://localhost:3000", is: true },
    { origin: "https://127.0.0.1", is: true },
    { origin: "http://[::1]:5173", is: true },
    { origin: "null", is: false },
    { origin: "https://evil.example", is: false },
    { origin: "http://localhost@evil.example", is: false },
    { origin: "file://localhost", is: false }
  ])("$origin as an origin: $is", ({ is, origin }) => {
    assert.strictEqual(isLoopbackOrigin(origin), is)
  })
})
