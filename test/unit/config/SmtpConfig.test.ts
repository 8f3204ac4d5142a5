import { generateKeyPairSync } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"

import { assert, describe, it } from "@effect/vitest"
import { type Config, ConfigProvider, Effect, Option, Redacted } from "effect"

import { DkimConfig } from "#src/config/DkimConfig.ts"
import { SmtpConfig } from "#src/config/SmtpConfig.ts"

const read = <A>(config: Config.Config<A>, env: Record<string, string>) =>
  config.parse(ConfigProvider.fromUnknown(env))

const MAIL_FROM = "Shop <no-reply@shop.example>"

describe("SmtpConfig", () => {
  it.effect.each([
    { url: "smtp://mail.example", host: "mail.example", port: 587, tls: "offered" },
    { url: "smtp://mail.example:25?tls=off", host: "mail.example", port: 25, tls: "off" },
    { url: "smtp://mail.example:2525?tls=required", host: "mail.example", port: 2525, tls: "required" },
    { url: "smtps://mail.example", host: "mail.example", port: 465, tls: "implicit" },
    { url: "smtp://[::1]:2525", host: "::1", port: 2525, tls: "offered" },
    // A password does not cross a network in the clear.
    { url: "smtp://ada:secret@mail.example", host: "mail.example", port: 587, tls: "required" },
    { url: "smtp://ada:secret@mail.example?tls=off", host: "mail.example", port: 587, tls: "off" },
    { url: "smtp://ada:secret@localhost:25", host: "localhost", port: 25, tls: "offered" }
  ])("reads $url", ({ host, port, tls, url }) =>
    Effect.gen(function* () {
      const { server } = yield* read(SmtpConfig, { SMTP_URL: url, MAIL_FROM })
      assert.deepStrictEqual({ ...server, login: undefined }, { host, port, tls, login: undefined })
    })
  )

  it.effect("decodes user and password, and never prints the password", () =>
    Effect.gen(function* () {
      const { server } = yield* read(SmtpConfig, {
        SMTP_URL: "smtps://ada%40x:p%3Aw@mail.example",
        MAIL_FROM
      })
      const { password, user } = Option.getOrThrow(server.login)
      assert.deepStrictEqual([user, Redacted.value(password)], ["ada@x", "p:w"])
      assert.notInclude(inspect(server, { depth: 9 }), "p:w")
    })
  )

  it.effect("takes the catcher beside us where no URL is set", () =>
    Effect.gen(function* () {
      const { sender, server } = yield* read(SmtpConfig, { CARILLON_SMTP_PORT: "1025" })
      assert.deepStrictEqual([server.host, server.port], ["127.0.0.1", 1025])
      assert.deepStrictEqual(sender, { name: "Carillon", address: "no-reply@localhost" })
    })
  )

  it.effect.each([
    { from: "no-reply@shop.example", name: "" },
    { from: "<no-reply@shop.example>", name: "" },
    { from: "Shop & Co. <no-reply@shop.example>", name: "Shop & Co." },
    { from: '"Ёлка, Shop" <no-reply@shop.example>', name: "Ёлка, Shop" }
  ])("reads the sender $from", ({ from, name }) =>
    Effect.gen(function* () {
      const { sender } = yield* read(SmtpConfig, { SMTP_URL: "smtp://mail.example", MAIL_FROM: from })
      assert.deepStrictEqual(sender, { name, address: "no-reply@shop.example" })
    })
  )

  it.effect.each([
    { env: { SMTP_URL: "mail.example:25", MAIL_FROM }, says: "SMTP_URL" },
    { env: { SMTP_URL: "https://ada:secret@mail.example", MAIL_FROM }, says: "SMTP_URL" },
    { env: { SMTP_URL: "smtp://mail.example?tls=maybe", MAIL_FROM }, says: "tls=required" },
    { env: { SMTP_URL: "smtp://%zz:secret@mail.example", MAIL_FROM }, says: "percent encoding" },
    { env: { SMTP_URL: "smtp://mail.example", MAIL_FROM: "Shop" }, says: "MAIL_FROM" },
    { env: { SMTP_URL: "smtp://mail.example", MAIL_FROM: "a@b.c\r\nBcc: d@e.f" }, says: "MAIL_FROM" },
    { env: { SMTP_URL: "smtp://mail.example" }, says: "MAIL_FROM" }
  ])("names what is wrong: $says", ({ env, says }) =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(read(SmtpConfig, env))
      assert.include(message, says)
      assert.notInclude(message, "secret")
    })
  )
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "carillon-dkim-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const keyFile = Effect.fnUntraced(function* (text: string) {
  const file = join(yield* folder, "key.pem")
  writeFileSync(file, text)
  return { DKIM_DOMAIN: "Shop.example", DKIM_SELECTOR: "s1", DKIM_PRIVATE_KEY_FILE: file }
})

const pem = { type: "pkcs8", format: "pem" } as const

describe("DkimConfig", () => {
  it.effect("reads the key", () =>
    Effect.gen(function* () {
      const env = yield* keyFile(String(generateKeyPairSync("ed25519").privateKey.export(pem)))
      const { domain, key, selector } = Option.getOrThrow(yield* read(DkimConfig, env))
      assert.deepStrictEqual([domain, selector, key.asymmetricKeyType], ["shop.example", "s1", "ed25519"])
    })
  )

  it.effect("signs nothing where nothing is set", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* read(DkimConfig, {})))
    })
  )

  it.effect("wants all three", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(read(DkimConfig, { DKIM_DOMAIN: "shop.example" }))
      assert.include(message, "all three")
    })
  )

  it.effect.each([
    { text: "no key", says: "PEM" },
    { text: String(generateKeyPairSync("x25519").privateKey.export(pem)), says: "Ed25519" },
    { text: String(generateKeyPairSync("rsa", { modulusLength: 768 }).privateKey.export(pem)), says: "1024" }
  ])("refuses a key that cannot sign: $says", ({ says, text }) =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(read(DkimConfig, yield* keyFile(text)))
      assert.include(message, says)
      assert.include(message, "DKIM_PRIVATE_KEY_FILE")
    })
  )

  it.effect("refuses what is no DNS name", () =>
    Effect.gen(function* () {
      const env = { ...(yield* keyFile("")), DKIM_DOMAIN: "shop.example; v=2" }
      assert.include((yield* Effect.flip(read(DkimConfig, env))).message, "DKIM_DOMAIN")
    })
  )
})
