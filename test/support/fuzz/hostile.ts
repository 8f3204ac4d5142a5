/** What strangers send: values, names and texts that have broken parsers, databases, mails or templates before. */

import * as fc from "fast-check"

const texts = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "x\udc00",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "%00",
  "'; drop table events; --",
  "<script>alert(1)</script>",
  "ada@example.org\r\nBcc: eve@example.org",
  "\u202eevil",
  "\u0085\u2028\u2029",
  "٣",
  "NaN",
  "1e999",
  "2026-02-30T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999999999+23:59",
  "2026-11-21T12:00:00",
  "00000000-0000-0000-0000-000000000000",
  "events.>",
  "*",
  "{{constructor.constructor('return process')()}}",
  "{{#each a}}{{#each a}}",
  "\\",
  "\u{1f4a3}".repeat(60),
  "x".repeat(101),
  "x".repeat(70_000)
]

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...texts) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) }
)

const hostileNumber = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.5, 101, 32_768, 2 ** 31, 2 ** 53, 2 ** 63, -(2 ** 63), 1e21, 1e308, 5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true })
)

export const hostileName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "",
    "\0",
    "\ud800",
    "a.b",
    "0"
  ),
  fc.string({ maxLength: 20 })
)

/** Own members, also those that an object literal would take for its prototype. */
export const objectOf = (entries: ReadonlyArray<readonly [string, unknown]>): object =>
  Object.fromEntries(entries)

const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 3, arbitrary: hostileNumber },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], [null]) },
  { weight: 1, arbitrary: fc.constantFrom(10, 63, 64, 65, 500).map(nested) },
  { weight: 1, arbitrary: fc.array(fc.tuple(hostileName, hostileText), { maxLength: 4 }).map(objectOf) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) }
)

type Spoil = (text: string, at: number) => string | Uint8Array

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Ways in which a body stops being the JSON that it was; `at` is a place in it, 0 to 1. */
const spoils: ReadonlyArray<Spoil> = [
  (text, at) => text.slice(0, Math.floor(text.length * at)),
  (text) => `${text}${text}`,
  (text) => `\ufeff${text}`,
  (text) => text.replaceAll(/:(\d+|"[^"]*")/g, ":1e999"),
  (text) => text.replace("{", '{"__proto__":{"role":"operator"},"constructor":{"prototype":1},'),
  (text) => text.replace(/^\{(.*)\}$/s, "{$1,$1}"),
  (text) => text.replaceAll('"', "'"),
  (text, at) => `${"[".repeat(Math.floor(at * 100_000))}${text}`,
  (text, at) => `${'{"a":'.repeat(Math.floor(at * 40_000))}${text}${"}".repeat(Math.floor(at * 40_000))}`,
  (text, at) => `${text.slice(0, -1)},"filler":"${"x".repeat(Math.floor(at * 1_200_000))}"}`,
  (text, at) => {
    const bytes = bytesOf(text)
    bytes[Math.floor((bytes.length - 1) * at)] = 0xff
    return bytes
  },
  () => "",
  () => "null",
  () => "[]",
  () => '"text"',
  () => "-",
  () => new Uint8Array([0xed, 0xa0, 0x80]),
  () => new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0])
]

/** JSON as it should be, five times of six. */
export const bodyTextOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<string | Uint8Array> =>
  fc
    .tuple(
      value,
      fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom(...spoils) }
      ),
      fc.double({ min: 0, max: 1, noNaN: true })
    )
    .map(([value, spoil, at]) => {
      const text = JSON.stringify(value)
      return spoil === undefined ? text : spoil(text, at)
    })
