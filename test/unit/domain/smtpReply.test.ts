import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"

import { parseReply } from "#src/domain/smtpReply.ts"

const read = (raw: string) =>
  Option.getOrNull(
    Option.map(parseReply(raw), ({ code, enhanced, text }) => [code, Option.getOrNull(enhanced), text])
  )

describe("parseReply", () => {
  it.each([
    { raw: "250 2.0.0 queued as 4F1", reply: [250, "2.0.0", "queued as 4F1"] },
    { raw: "250", reply: [250, null, ""] },
    { raw: "550 5.1.1", reply: [550, "5.1.1", ""] },
    { raw: "550-5.1.1 nobody\n550 5.1.1 here", reply: [550, "5.1.1", "nobody here"] },
    { raw: "550-5.1.1 nobody\r\n550 5.1.1 here\r\n", reply: [550, "5.1.1", "nobody here"] },
    // A class that contradicts the code is not believed.
    { raw: "550 4.2.2 full", reply: [550, null, "full"] },
    { raw: "451 4.7.1.2 odd", reply: [451, null, "4.7.1.2 odd"] },
    { raw: "250-one\nodd\n250 end", reply: [250, null, "one odd end"] },
    { raw: "550-more is announced", reply: null },
    { raw: "2500 four digits", reply: null },
    { raw: "650 no such class", reply: null },
    { raw: "25", reply: null },
    { raw: "hello", reply: null },
    { raw: "", reply: null }
  ])("$raw", ({ raw, reply }) => {
    assert.deepStrictEqual(read(raw), reply)
  })

  it.prop("never throws, and gives a code in range or none", [Schema.String], ([raw]) => {
    const code = Option.getOrElse(
      Option.map(parseReply(raw), (reply) => reply.code),
      () => 200
    )
    assert.isTrue(code >= 200 && code <= 599)
  })
})
