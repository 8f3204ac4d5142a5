/** The locale whose template a reader gets. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { Locale } from "#schemas/Event.ts"
import { canonicalLocale, localeFallbacks } from "#src/domain/templateLookup.ts"

describe("localeFallbacks", () => {
  it.each<[string, ReadonlyArray<string>]>([
    ["de-AT", ["de-AT", "de", "en"]],
    ["zh-Hant-TW", ["zh-Hant-TW", "zh-Hant", "zh", "en"]],
    ["en-GB", ["en-GB", "en"]],
    ["en", ["en"]],
    ["pt_br", ["pt-BR", "pt", "en"]],
    ["", ["en"]],
    ["-", ["en"]]
  ])("of %s are %o", (locale, fallbacks) => {
    assert.deepStrictEqual(localeFallbacks(locale), fallbacks)
  })

  it.prop("begin with the locale, get shorter, and end with the default", [Locale], ([locale]) => {
    const fallbacks = localeFallbacks(locale)
    assert.strictEqual(fallbacks[0], canonicalLocale(locale))
    assert.strictEqual(fallbacks.at(-1), "en")
    assert.lengthOf(new Set(fallbacks), fallbacks.length)
    for (const fallback of fallbacks.slice(0, -1)) assert.isTrue(canonicalLocale(locale).startsWith(fallback))
  })

  it.prop("are the same in any case", [Locale], ([locale]) => {
    assert.deepStrictEqual(localeFallbacks(locale.toUpperCase()), localeFallbacks(locale.toLowerCase()))
  })

  it.prop("are never empty, whatever a profile calls a locale", [Schema.String], ([text]) => {
    assert.isNotEmpty(localeFallbacks(text))
  })
})
