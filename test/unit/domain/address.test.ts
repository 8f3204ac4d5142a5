import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import { parseAddress } from "#src/domain/address.ts"

const read = (text: string) => Result.merge(parseAddress(text))

const local64 = "l".repeat(64)
/** A domain of exactly `length` characters; labels of 63 and a rest. */
const domain = (length: number) =>
  `${`${"d".repeat(61)}.`
    .repeat(4)
    .slice(0, length - 3)
    .replace(/\.$/, "d")}.io`

describe("parseAddress", () => {
  it.each([
    "ada@example.com",
    "Ada.Lovelace+news@Example.COM",
    "o'brien@example.co.uk",
    "root@localhost",
    "a@b-c.d3.io",
    `${local64}@example.com`,
    `${local64}@${domain(189)}`
  ])("takes %s as it is", (text) => {
    assert.strictEqual(read(text), text)
  })

  it.each([
    { text: "ada@bücher.example", ascii: "ada@xn--bcher-kva.example" },
    { text: "ada@почта.рф", ascii: "ada@xn--80a1acny.xn--p1ai" }
  ])("writes the domain of $text in ASCII", ({ ascii, text }) => {
    assert.strictEqual(read(text), ascii)
  })

  it.each([
    { text: "", refusal: "shape" },
    { text: "ada", refusal: "shape" },
    { text: "@example.com", refusal: "shape" },
    { text: "ada@", refusal: "shape" },
    { text: " ada@example.com", refusal: "characters" },
    { text: "ada@example.com\r\nRCPT TO:<eve@example.com>", refusal: "characters" },
    { text: "ada\0@example.com", refusal: "characters" },
    { text: "Ada <ada@example.com>", refusal: "characters" },
    { text: "ada@example.com,eve@example.com", refusal: "characters" },
    { text: "ada@[127.0.0.1]", refusal: "characters" },
    { text: "ada@eve@example.com", refusal: "local" },
    { text: ".ada@example.com", refusal: "local" },
    { text: "a..da@example.com", refusal: "local" },
    { text: "àda@example.com", refusal: "local_not_ascii" },
    { text: `${local64}l@example.com`, refusal: "too_long" },
    { text: `${local64}@${domain(190)}`, refusal: "too_long" },
    { text: "ada@example", refusal: "domain" },
    { text: "ada@127.0.0.1", refusal: "domain" },
    { text: "ada@-example.com", refusal: "domain" },
    { text: "ada@exam_ple.com", refusal: "domain" },
    { text: "ada@example..com", refusal: "domain" },
    { text: "ada@example.com.", refusal: "domain" },
    { text: `ada@${"d".repeat(64)}.com`, refusal: "domain" },
    { text: "ada@xn--\u{1F514}\u200D.com", refusal: "domain" }
  ])("refuses $text", ({ refusal, text }) => {
    assert.strictEqual(read(text), refusal)
  })

  it.prop(
    "gives what it takes again, safe for an envelope",
    [Schema.String, Schema.String],
    ([local, rest]) => {
      for (const text of [local, `${local}@${rest}`, `${local}@${rest}.example`, `a@${rest}.example`]) {
        const parsed = parseAddress(text)
        if (Result.isFailure(parsed)) continue
        // oxlint-disable-next-line no-control-regex -- they are what it looks for
        assert.notMatch(parsed.success, /[\s<>\u0000-\u001f\u007f-\uffff]/)
        assert.isAtMost(parsed.success.length, 254)
        assert.deepStrictEqual(parseAddress(parsed.success), parsed)
      }
    }
  )
})
