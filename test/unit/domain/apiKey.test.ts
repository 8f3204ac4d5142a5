/** The form of a key. */

import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"

import { apiKeyIdOf, idSize_bytes, makeApiKey, secretSize_bytes } from "#src/domain/apiKey.ts"

const bytes = (length: number) =>
  Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))).check(
    Schema.isMinLength(length),
    Schema.isMaxLength(length)
  )

describe("makeApiKey", () => {
  it.prop(
    "makes keys from which the id is read again, and which a header can carry",
    { id: bytes(idSize_bytes), secret: bytes(secretSize_bytes) },
    ({ id, secret }) => {
      const made = makeApiKey(Buffer.from(id), Buffer.from(secret))
      assert.match(made.key, /^crl_[A-Za-z0-9_-]{64}$/)
      assert.deepStrictEqual(apiKeyIdOf(made.key), Option.some(made.apiKeyId))
    }
  )
})

describe("apiKeyIdOf", () => {
  const { key } = makeApiKey(Buffer.alloc(idSize_bytes, 7), Buffer.alloc(secretSize_bytes, 9))

  it.each(["", "crl_", key.slice(0, -1), `${key}x`, ` ${key}`, key.toUpperCase(), key.slice(4)])(
    "finds none in %j",
    (text) => {
      assert.isTrue(Option.isNone(apiKeyIdOf(text)))
    }
  )
})
