/** Arithmetic on instants as text. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { Instant } from "#schemas/Instant.ts"
import { laterOf, plusSeconds, toInstant } from "#src/domain/instants.ts"
import { at } from "#test/support/jobs.ts"

const latest_ms = 253_402_300_799_999
const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: latest_ms }))
const isInstant = Schema.is(Instant)

describe("toInstant", () => {
  it.prop("writes milliseconds that are read again", [Millis], ([ms]) => {
    const instant = toInstant(ms)
    assert.isTrue(isInstant(instant))
    assert.strictEqual(Date.parse(instant), ms)
  })

  it.prop("keeps their order as text", [Millis, Millis], ([one, other]) => {
    assert.strictEqual(toInstant(one) < toInstant(other), one < other)
  })

  it.each([
    [-1, "1970-01-01T00:00:00.000Z"],
    [0, "1970-01-01T00:00:00.000Z"],
    [0.9, "1970-01-01T00:00:00.000Z"],
    [latest_ms, "9999-12-31T23:59:59.999Z"],
    [latest_ms + 1, "9999-12-31T23:59:59.999Z"],
    [Number.POSITIVE_INFINITY, "9999-12-31T23:59:59.999Z"]
  ])("writes %d as %s", (ms, instant) => {
    assert.strictEqual(toInstant(ms), instant)
  })
})

describe("plusSeconds", () => {
  it.prop("moves by so many seconds within the years 1970 to 9999", [Millis, Schema.Int], ([ms, seconds]) => {
    const moved_ms = Math.min(Math.max(ms + seconds * 1000, 0), latest_ms)
    assert.strictEqual(Date.parse(plusSeconds(toInstant(ms), seconds)), moved_ms)
  })

  it("knows fractions of a second", () => {
    assert.strictEqual(plusSeconds(at("2026-11-21T12:00:00.000Z"), 1.2345), "2026-11-21T12:00:01.234Z")
  })
})

describe("laterOf", () => {
  const noon = at("2026-11-21T12:00:00.000Z")
  const after = at("2026-11-21T12:00:00.001Z")
  it.each([
    { one: noon, other: null, later: noon },
    { one: noon, other: noon, later: noon },
    { one: noon, other: after, later: after },
    { one: after, other: noon, later: after }
  ])("of $one and $other is $later", ({ later, one, other }) => {
    assert.strictEqual(laterOf(one, other), later)
  })
})
