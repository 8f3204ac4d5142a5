/** Which patterns operators may use: those that cannot run away. */

import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import { boundedPattern, checkPattern, longestText } from "#src/domain/patterns.ts"

describe("checkPattern", () => {
  it.each([
    "^[a-z]+$",
    String.raw`^[a-z0-9]+(\.[a-z0-9]+)*$`,
    String.raw`^[^@\s]+@([a-z0-9-]+\.)+[a-z]{2,}$`,
    String.raw`^\+?\d{5,15}$`,
    "^(foo|bar)+$",
    "^(a+)?$",
    "^(ab*c){2}$",
    "^(ab*c)*$",
    "^(a?)+$",
    String.raw`^\p{L}+([ -]\p{L}+)*$`
  ])("lets %s pass", (pattern) => {
    assert.deepStrictEqual(checkPattern(pattern), Result.succeed(pattern))
  })

  it.each([
    "^(a+)+$",
    "(.*)*x",
    "^(a*b?)*$",
    "^([a-z]+[0-9]*)+$",
    "^((a+)b?)+$",
    "^(?:x[a-z]+)*$",
    "^([.-]?[a-z]+)*$",
    "^(a+|b)*$",
    "^(a+){2,}$",
    "^(b(a+)*)$"
  ])("refuses %s, which can take for ever", (pattern) => {
    assert.isTrue(Result.isFailure(checkPattern(pattern)))
  })

  it.each(["(", "[z-a]", "a".repeat(1001)])("refuses %s", (pattern) => {
    assert.isTrue(Result.isFailure(checkPattern(pattern)))
  })
})

describe("boundedPattern", () => {
  it("matches as the expression does, up to the bound", () => {
    const pattern = boundedPattern("^a*$", "u")
    assert.isTrue(pattern.test("aa"))
    assert.isFalse(pattern.test("ab"))
    assert.isTrue(pattern.test("a".repeat(longestText)))
    assert.isFalse(pattern.test("a".repeat(longestText + 1)))
  })
})
