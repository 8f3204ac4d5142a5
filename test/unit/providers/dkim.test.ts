import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify } from "node:crypto"

import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result } from "effect"

import { makeCompose } from "#src/providers/smtp/compose.ts"
import { sampleEmail } from "#test/support/smtpMail.ts"

const ed25519 = generateKeyPairSync("ed25519").privateKey
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey

/** RFC 6376, 3.4.2, in another way than the signer's. */
const relax = (field: string): string => {
  const [, name = "", value = ""] = /^([^:]+):([^]*)$/.exec(field.replaceAll(/\r\n([ \t])/g, "$1")) ?? []
  return `${name.trim().toLowerCase()}:${value
    .split(/[ \t]+/)
    .join(" ")
    .trim()}`
}

const tagsOf = (field: string) =>
  Object.fromEntries(
    field
      .slice(field.indexOf(":") + 1)
      .split(";")
      .map((tag) => tag.replaceAll(/\s/g, ""))
      .map((tag) => [tag.slice(0, tag.indexOf("=")), tag.slice(tag.indexOf("=") + 1)])
  )

/** What a verifier does: the body's hash, then the signature over the named fields and the signature's own. */
const isValid = (message: string, key: KeyObject): boolean => {
  const end = message.indexOf("\r\n\r\n")
  const [own = "", ...fields] = message.slice(0, end).split(/\r\n(?=[^ \t])/)
  const { a, b = "", bh, c, h = "" } = tagsOf(own)
  assert.strictEqual(c, "relaxed/simple")
  const body = message.slice(end + 4)
  assert.match(body, /[^\n]\r\n$/)
  if (createHash("sha256").update(body).digest("base64") !== bh) return false

  const named = h.split(":").flatMap((name) => fields.filter((field) => relax(field).startsWith(`${name}:`)))
  const hashed = Buffer.from([...named, own.replace(/ b=[^;]*$/, " b=")].map(relax).join("\r\n"))
  const signature = Buffer.from(b, "base64")
  const publicKey = createPublicKey(key)
  return a === "rsa-sha256"
    ? verify("sha256", hashed, publicKey, signature)
    : verify(null, createHash("sha256").update(hashed).digest(), publicKey, signature)
}

const signedBy = (key: KeyObject, subject: string) => {
  const compose = makeCompose(
    { name: "Carillon", address: "no-reply@example.org" },
    Option.some({ domain: "example.org", selector: "s2026", key })
  )
  return Effect.promise(() => compose(sampleEmail(1, { subject }), 0)).pipe(
    Effect.map((mail) => Result.getOrThrow(mail).content.toString("latin1"))
  )
}

describe.each([
  { name: "rsa-sha256", key: rsa },
  { name: "ed25519-sha256", key: ed25519 }
])("signMessage, $name", ({ key, name }) => {
  it.effect("makes a signature that verifies, folded headers included", () =>
    Effect.gen(function* () {
      const message = yield* signedBy(key, "Приветствуем вас в нашем магазине, дорогая Ада")
      assert.isTrue(message.startsWith(`DKIM-Signature: v=1; a=${name};`))
      assert.isTrue(isValid(message, key))
      for (const line of message.split("\r\n")) assert.isAtMost(line.length, 76)
    })
  )

  it.effect("covers body, headers, and headers that are not there", () =>
    Effect.gen(function* () {
      const message = yield* signedBy(key, "Welcome")
      assert.isFalse(isValid(message.replace("Subject: Welcome", "Subject: Farewell"), key))
      assert.isFalse(isValid(message.replace(/\r\nFrom:/, "\r\nReply-To: eve@example.com\r\nFrom:"), key))
      assert.isFalse(isValid(message.replace(/\r\n$/, "more\r\n"), key))
    })
  )
})
