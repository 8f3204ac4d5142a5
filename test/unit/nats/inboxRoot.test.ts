import { assert, describe, it } from "@effect/vitest"

import { parseNatsUrl } from "#src/config/NatsConfig.ts"
import { inboxRootOf } from "#src/nats/inboxRoot.ts"

describe("inboxRootOf", () => {
  it.each([
    { url: "nats://a", root: "_INBOX" },
    { url: "nats://token@a", root: "_INBOX" },
    { url: "nats://gateway:password@a", root: "_INBOX_gateway" },
    { url: "nats://publisher-default:password@a", root: "_INBOX_publisher-default" },
    { url: "nats://a.b%20%3E:password@a", root: "_INBOX_a%2Eb%20%3E" }
  ])("is $root for $url", ({ root, url }) => {
    assert.strictEqual(inboxRootOf(parseNatsUrl(url).credentials), root)
  })
})
