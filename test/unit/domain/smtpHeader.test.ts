import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import PostalMime from "postal-mime"

import { encodeHeader, toOneLine } from "#src/domain/smtpHeader.ts"

const name = "Subject: "

const readBack = (encoded: string) =>
  Effect.map(
    Effect.promise(() => PostalMime.parse(`${name}${encoded}\r\nTo: ada@example.com\r\n\r\nbody\r\n`)),
    ({ subject = "", to = [] }) => ({ subject, to: to.map(({ address }) => address) })
  )

const lines = (encoded: string) => `${name}${encoded}`.split("\r\n")

describe("encodeHeader", () => {
  it.effect.each([
    { text: "Welcome, Ada" },
    { text: "Ж".repeat(255) },
    { text: "🔔".repeat(127) },
    { text: "Скидка 20 % для вас, Ада! ".repeat(9).trim() },
    { text: "👩‍👩‍👧‍👦 family, zero width joined ".repeat(6).trim() },
    { text: "plain words that must be folded more than once ".repeat(20).trim() },
    { text: "x".repeat(1200) },
    { text: "=?UTF-8?B?SGVsbG8=?= is not decoded" },
    { text: "two  spaces   stay" },
    { text: "tab\tand bell\u0007" },
    { text: "" }
  ])("is read back as it was: $text", ({ text }) =>
    Effect.gen(function* () {
      const encoded = encodeHeader(text, name.length)
      assert.deepStrictEqual(yield* readBack(encoded), { subject: text, to: ["ada@example.com"] })
      for (const line of lines(encoded)) assert.isAtMost(line.length, 76)
    })
  )

  it.effect("makes CR, LF and NUL a space, so that no header can be added", () =>
    Effect.gen(function* () {
      const encoded = encodeHeader("Hello\r\nBcc: eve@example.com\r\n\r\nbody\0", name.length)
      assert.notMatch(encoded, /\r\n(?![ \t])/)
      const { subject } = yield* readBack(encoded)
      assert.strictEqual(subject.trim(), "Hello  Bcc: eve@example.com    body")
    })
  )

  it.prop("writes folded lines of visible ASCII of at most 76 characters", [Schema.String], ([text]) => {
    for (const [index, line] of lines(encodeHeader(text, name.length)).entries()) {
      assert.isAtMost(line.length, 76)
      assert.match(line, index === 0 ? /^[ -~]*$/ : /^ [!-~][ -~]*$/)
    }
  })

  it.effect.prop("is read back as it was, whatever it is", [Schema.String], ([text]) =>
    Effect.gen(function* () {
      // Mail has no way to end or begin a value with white space.
      const expected = toOneLine(text).toWellFormed().trim()
      const { subject } = yield* readBack(encodeHeader(text.trim(), name.length))
      assert.strictEqual(subject.trim(), expected)
    })
  )
})
