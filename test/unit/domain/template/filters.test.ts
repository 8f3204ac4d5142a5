import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import { compileTemplate, renderFields } from "#src/domain/render.ts"
import { type RenderContext } from "#src/domain/template/Frame.ts"

/** `value` through these filters, in plain text. */
const filtered = (filters: string, value: unknown, reader: Partial<RenderContext> = {}): string => {
  const template = Result.getOrThrow(
    compileTemplate({ channel: "sms", syntax: "carillon", content: { body: `{{value | ${filters}}}` } })
  )
  const context = { data: { value }, profile: {}, locale: "en", timezone: "UTC", ...reader }
  // ICU writes some spaces as no-break ones.
  return (Result.getOrThrow(renderFields(template, context))["body"] ?? "").replaceAll(/\p{Zs}/gu, " ")
}

describe("filters", () => {
  it.each([
    ["upper", "ann", "ANN"],
    ["lower", "ANN", "ann"],
    ["capitalize", "ann lee", "Ann lee"],
    ["capitalize", "𐐨b", "𐐀b"],
    ["capitalize", "", ""],
    ["default: 'there'", undefined, "there"],
    ["default: 'there'", null, "there"],
    ["default: 'there'", "", "there"],
    ["default: 'there'", "Ann", "Ann"],
    ["default: 'there'", 0, "0"],
    ["default: 0", undefined, "0"],
    ["default: 'l\\'ami \\\\'", undefined, "l'ami \\"],
    ["truncate: 5", "abcde", "abcde"],
    ["truncate: 5", "abcdef", "abcd…"],
    ["truncate: '2'", "abcdef", "a…"],
    ["truncate: 1", "abcdef", "…"],
    ["truncate: 3", "😀😀😀", "😀😀😀"],
    ["truncate: 3", "😀😀😀😀", "😀😀…"],
    ["default: 'guest' | upper | truncate: 4", "", "GUE…"]
  ])("%s", (filters, value, expected) => {
    assert.strictEqual(filtered(filters, value), expected)
  })

  it("knows the letters of the reader's language", () => {
    assert.strictEqual(filtered("upper", "istanbul", { locale: "tr" }), "İSTANBUL")
    assert.strictEqual(filtered("lower", "ISPARTA", { locale: "tr_TR" }), "ısparta")
    assert.strictEqual(filtered("capitalize", "istanbul", { locale: "tr" }), "İstanbul")
  })
})

describe("number", () => {
  it.each([
    ["number", 1234567.891, "en", "1,234,567.891"],
    ["number", 1234.5, "de", "1.234,5"],
    ["number", "1234.5", "ru", "1 234,5"],
    ["number: 2", 1234.5, "en", "1,234.50"],
    ["number: '0'", 1234.5, "en", "1,235"],
    ["number: 'percent'", 0.256, "en", "25.6%"],
    ["number: 'EUR'", 1234.5, "de", "1.234,50 €"],
    ["number: 'JPY'", 1234, "en", "¥1,234"],
    ["number", -5, "not a locale", "-5"],
    ["number", "twelve", "en", "twelve"],
    ["number", "0x10", "en", "0x10"],
    ["number", "", "en", ""],
    ["number", undefined, "en", ""]
  ])("%s of %s in %s", (...[filter, value, locale, expected]) => {
    assert.strictEqual(filtered(filter, value, { locale }), expected)
  })
})

describe("date", () => {
  const at = "2026-03-01T22:30:05Z"

  it.each([
    ["date", at, "en", "UTC", "Mar 1, 2026"],
    ["date: 'short'", at, "en", "UTC", "3/1/26"],
    ["date: 'short'", at, "de", "UTC", "01.03.26"],
    ["date: 'long'", at, "ru", "Europe/Moscow", "2 марта 2026 г."],
    ["date: 'full'", at, "en", "Asia/Tokyo", "Monday, March 2, 2026"],
    ["date: 'medium'", at, "no such", "No/Where", "Mar 1, 2026"],
    ["date: 'iso'", at, "ar-EG", "Europe/Berlin", "2026-03-01"],
    ["date: 'iso'", at, "en", "Europe/Moscow", "2026-03-02"],
    ["date: 'yyyy-MM-dd'", at, "en", "UTC", "2026-03-01"],
    ["date: 'd.M.yyyy, HH:mm:ss'", at, "fa", "Europe/Berlin", "1.3.2026, 23:30:05"],
    ["date: 'H:mm'", "2026-03-01T00:05:00Z", "en", "UTC", "0:05"],
    ["date: 'dd/MM'", "2026-03-01T23:30:00.25-05:00", "en", "America/New_York", "01/03"],
    ["date: 'yyyy'", "0050-01-01", "en", "UTC", "0050"]
  ])("%s of %s in %s, %s", (...[filter, value, locale, timezone, expected]) => {
    assert.strictEqual(filtered(filter, value, { locale, timezone }), expected)
  })

  it("leaves a day without a time the same day everywhere", () => {
    for (const timezone of ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
      assert.strictEqual(filtered("date: 'long'", "2026-03-01", { timezone }), "March 1, 2026")
  })

  it.each(["tomorrow", "2026-13-45", "2026-03-01T10:00:00", "", 5])(
    "leaves %s, which is no date",
    (value) => {
      assert.strictEqual(filtered("date", value), String(value))
    }
  )
})

describe("readers in many languages and zones", () => {
  it("goes on writing when there were more than it remembers", () => {
    for (let n = 0; n < 2001; n++)
      filtered("date: 'short'", "2026-03-01T10:00:00Z", { timezone: `Zone/${n}` })
    assert.strictEqual(filtered("date: 'short'", "2026-03-01T10:00:00Z"), "3/1/26")
  })
})

describe("raw_link", () => {
  it.each([
    "https://example.org/a?b=c&d=e#f",
    "http://example.org",
    "HTTPS://EXAMPLE.ORG",
    "mailto:ann@example.org?subject=hi"
  ])("admits %s", (link) => {
    assert.strictEqual(filtered("raw_link", ` ${link}\n`), link)
  })

  it.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "//example.org",
    "/path",
    "https://",
    "https://a b",
    "ftp://a",
    ""
  ])("leaves out %s", (link) => {
    assert.strictEqual(filtered("raw_link", link), "")
  })
})
