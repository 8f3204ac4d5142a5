/** Values that could be right, by the names that members and parameters have in the contract. */

import { DateTime } from "effect"
import * as fc from "fast-check"

import { hostileText } from "./hostile.ts"

/** Within a year of now: what is older than the horizon of ids is refused at once. */
const instant = fc
  .integer({ min: -360 * 24, max: 360 * 24 })
  .map((hours) => DateTime.formatIso(DateTime.add(DateTime.nowUnsafe(), { hours })))

/** Few, so that the same comes again and conflicts happen. */
const fewUuids = fc.nat({ max: 30 }).map((n) => `0197a3c4-0000-7000-8000-${String(n).padStart(12, "0")}`)

const pieces = [
  "{{",
  "}}",
  "{{#if a}}",
  "{{/if}}",
  "{{else}}",
  "{{#each a}}",
  "{{/each}}",
  "{{a.b}}",
  "{{a | upper}}"
]
const morePieces = [
  " | date: 'short'",
  "{{this}}",
  "not ",
  "==",
  "'",
  "a",
  "<b>",
  "{",
  "}",
  "\n",
  "{{a | default: '",
  "é"
]
const templateText = fc
  .array(fc.oneof(fc.constantFrom(...pieces, ...morePieces), hostileText), { maxLength: 12 })
  .map((parts) => parts.join(""))

const payloadSchema = fc.constantFrom<unknown>(
  null,
  { type: "object" },
  { type: "object", properties: { user_id: { type: "string", maxLength: 20 } }, required: ["user_id"] },
  { $ref: "#" },
  { $ref: "https://example.org/schema" },
  { $id: "https://example.org/schema", $defs: { a: { $ref: "#/$defs/a" } } },
  { properties: { a: { type: "string", pattern: "^(a+)+$" } } },
  { properties: { a: { type: "string", pattern: "(" } } },
  { multipleOf: 0, minLength: -1 },
  { type: "nothing" },
  { allOf: [{ if: {}, else: false }] },
  { properties: { ["__proto__"]: { type: "string" }, constructor: { const: 1 } } },
  true
)

const word = (...words: ReadonlyArray<string>) => fc.constantFrom(...words)

const pools: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  event_id: fewUuids,
  event_type: word(
    "user_registered",
    "user_registered",
    "user_registered",
    "fuzz_type",
    "fuzz.other",
    "new_film_released",
    "campaign_triggered"
  ),
  organization_id: word("default", "default", "other"),
  source: word("fuzz"),
  occurred_at: instant,
  send_after: instant,
  expires_at: instant,
  user_id: word("ada", "bob", "u/1?x=é"),
  email: word("ada@example.org", "ada@", "ädä@example.org"),
  recipient_email: word("ada@example.org", "not an address"),
  channel: word("email", "EMAIL", "websocket", "sms"),
  type: word("email", "sms"),
  locale: word("en", "de-AT", "ru"),
  template_code: word("welcome_email", "fuzz"),
  syntax: word("carillon", "format"),
  path: word("user_id", "a.b", "constructor"),
  name: word("a key"),
  limit: word("1", "100", "0", "101", "1e1"),
  offset: word("0", "3", "100000000", "-1"),
  cursor: word("abc", "eyJhIjoxfQ", "____"),
  payload_schema: payloadSchema,
  html: templateText,
  text: templateText,
  subject: templateText,
  body: templateText,
  first_name: hostileText
}

const registered = fc.record(
  {
    user_id: fc.oneof(word("ada", "bob"), hostileText),
    email: word("ada@example.org", "x@y"),
    first_name: hostileText
  },
  { requiredKeys: [] }
)

const objects: Readonly<Record<string, fc.Arbitrary<unknown>>> = { payload: registered, data: registered }

/** Of a member of this name; none where the name says nothing. */
export const plausible = (name: string): fc.Arbitrary<unknown> | undefined =>
  Object.hasOwn(objects, name) ? objects[name] : Object.hasOwn(pools, name) ? pools[name] : undefined
