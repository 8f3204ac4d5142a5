/** The mail catcher, by SMTP on one side and by Mailpit's API on the other. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { createTransport, type SendMailOptions } from "nodemailer"

import { mailCatcher } from "#src/embedded/mail/mailCatcher.ts"
import { MailStore } from "#src/embedded/mail/MailStore.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "carillon-mail-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

/** Over the mails in `folder`, until the scope ends. */
const catcherIn = (mails: string) =>
  mailCatcher({ smtp: 0, http: 0 }).pipe(
    Effect.provide(MailStore.layer(mails).pipe(Layer.provideMerge(NodeServices.layer)))
  )

const catcher = Effect.flatMap(folder, catcherIn)

const send = (smtpUrl: string, mail: SendMailOptions) =>
  Effect.acquireUseRelease(
    Effect.sync(() => createTransport(smtpUrl)),
    (transport) => Effect.promise(() => transport.sendMail(mail)),
    (transport) => Effect.sync(() => transport.close())
  )

const get = (url: string, init: RequestInit = {}) =>
  Effect.promise(() => fetch(url, init)).pipe(
    Effect.flatMap((answer) =>
      Effect.map(
        Effect.promise(() => answer.text()),
        (text) => ({ status: answer.status, headers: answer.headers, text })
      )
    )
  )

const Mailbox = Schema.Struct({ Name: Schema.String, Address: Schema.String })
const Summary = Schema.Struct({
  ID: Schema.String,
  Subject: Schema.String,
  Snippet: Schema.String,
  Read: Schema.Boolean,
  From: Mailbox,
  To: Schema.Array(Mailbox)
})
const Listing = Schema.Struct({
  total: Schema.Int,
  unread: Schema.Int,
  count: Schema.Int,
  start: Schema.Int,
  messages: Schema.Array(Summary)
})
const Message = Schema.Struct({ HTML: Schema.String, Text: Schema.String })
const Headers = Schema.Record(Schema.String, Schema.Array(Schema.String))

const getJson = <A, I>(url: string, shape: Schema.Codec<A, I>) =>
  Effect.flatMap(get(url), ({ text }) => Schema.decodeEffect(Schema.fromJsonString(shape))(text))

const listing = (mailUrl: string, query = "") => getJson(`${mailUrl}/api/v1/messages${query}`, Listing)

/** Of the newest mail. */
const newest = (mailUrl: string) =>
  Effect.map(listing(mailUrl), ({ messages: [first] }) => first ?? assert.fail("there is no mail"))

const welcome = {
  from: '"Carillon" <no-reply@localhost>',
  to: '"Ада" <ada@example.com>',
  subject: "Добро пожаловать",
  text: "Hello Ada",
  html: "<html><head></head><body><p>Hello <b>Ada</b></p><script>alert(1)</script></body></html>"
}

describe("the mail catcher", () => {
  it.live("shows a mail as soon as SMTP said 250, in the names of Mailpit", () =>
    Effect.gen(function* () {
      const { smtpUrl, mailUrl } = yield* catcher
      yield* send(smtpUrl, welcome)
      assert.deepInclude(yield* listing(mailUrl), { total: 1, unread: 1, count: 1, start: 0 })
      const summary = yield* newest(mailUrl)
      assert.deepInclude(summary, { Subject: "Добро пожаловать", Snippet: "Hello Ada", Read: false })
      assert.deepStrictEqual(summary.From, { Name: "Carillon", Address: "no-reply@localhost" })
      assert.deepStrictEqual(summary.To, [{ Name: "Ада", Address: "ada@example.com" }])

      const mail = yield* getJson(`${mailUrl}/api/v1/message/${summary.ID}`, Message)
      assert.include(mail.HTML, "Hello <b>Ada</b>")
      assert.strictEqual(mail.Text.trim(), "Hello Ada")
      assert.strictEqual((yield* listing(mailUrl)).unread, 0)
    }).pipe(Effect.scoped)
  )

  it.live("keeps the mail as it came, below its envelope", () =>
    Effect.gen(function* () {
      const { smtpUrl, mailUrl } = yield* catcher
      yield* send(smtpUrl, {
        envelope: { from: "bounces@localhost", to: ["hidden@example.com"] },
        raw: "Subject: raw\r\nX-Mine: 1\r\n\r\n..dots\r\n"
      })
      const { ID } = yield* newest(mailUrl)
      const { text } = yield* get(`${mailUrl}/api/v1/message/${ID}/raw`)
      assert.strictEqual(
        text,
        "Return-Path: <bounces@localhost>\r\nDelivered-To: hidden@example.com\r\nSubject: raw\r\nX-Mine: 1\r\n\r\n..dots\r\n"
      )
      const headers = yield* getJson(`${mailUrl}/api/v1/message/${ID}/headers`, Headers)
      assert.deepStrictEqual(headers["X-Mine"], ["1"])
    }).pipe(Effect.scoped)
  )

  it.live("lists newest first, page by page", () =>
    Effect.gen(function* () {
      const { smtpUrl, mailUrl } = yield* catcher
      for (const subject of ["one", "two", "three"]) yield* send(smtpUrl, { ...welcome, subject })
      const page = yield* listing(mailUrl, "?limit=2&start=1")
      assert.deepStrictEqual(
        page.messages.map(({ Subject }) => Subject),
        ["two", "one"]
      )
      assert.strictEqual(page.total, 3)
    }).pipe(Effect.scoped)
  )

  it.live("deletes what the body names, or everything", () =>
    Effect.gen(function* () {
      const { smtpUrl, mailUrl } = yield* catcher
      for (const subject of ["one", "two", "three"]) yield* send(smtpUrl, { ...welcome, subject })
      const { ID } = yield* newest(mailUrl)
      const body = `{"IDs": ["${ID}"]}`
      yield* get(`${mailUrl}/api/v1/messages`, { method: "DELETE", body })
      assert.strictEqual((yield* listing(mailUrl)).total, 2)
      yield* get(`${mailUrl}/api/v1/messages`, { method: "DELETE" })
      assert.strictEqual((yield* listing(mailUrl)).total, 0)
    }).pipe(Effect.scoped)
  )

  it.live("has its mails again after a restart", () =>
    Effect.gen(function* () {
      const mails = yield* folder
      yield* Effect.scoped(Effect.flatMap(catcherIn(mails), ({ smtpUrl }) => send(smtpUrl, welcome)))
      const { mailUrl } = yield* catcherIn(mails)
      const { Subject } = yield* newest(mailUrl)
      assert.strictEqual(Subject, "Добро пожаловать")
    }).pipe(Effect.scoped)
  )

  it.live("keeps the newest ten thousand", () =>
    Effect.gen(function* () {
      const mails = yield* folder
      for (let n = 0; n < 10_000; n++)
        writeFileSync(join(mails, `${String(n).padStart(21, "0")}.eml`), `Subject: ${n}\r\n\r\n`)
      const { smtpUrl, mailUrl } = yield* catcherIn(mails)
      yield* send(smtpUrl, welcome)
      const oldest = yield* listing(mailUrl, "?start=9999")
      assert.strictEqual(oldest.total, 10_000)
      assert.strictEqual(oldest.messages[0]?.Subject, "1")
    }).pipe(Effect.scoped)
  )

  it.live("shows the HTML of a mail where it can run no script", () =>
    Effect.gen(function* () {
      const { smtpUrl, mailUrl } = yield* catcher
      yield* send(smtpUrl, welcome)
      const { ID } = yield* newest(mailUrl)
      const { headers, text } = yield* get(`${mailUrl}/view/${ID}`)
      const policy = headers.get("content-security-policy") ?? ""
      assert.include(policy, "sandbox")
      assert.include(policy, "default-src 'none'")
      assert.notInclude(policy, "allow-scripts")
      assert.notInclude(policy, "script-src")
      assert.include(text, '<head><base target="_blank">')
    }).pipe(Effect.scoped)
  )

  it.live("answers nobody who asks by another name than loopback's", () =>
    Effect.gen(function* () {
      const { mailUrl } = yield* catcher
      const status = yield* Effect.callback<number | undefined>((resume) => {
        request(`${mailUrl}/api/v1/messages`, { headers: { host: "evil.example:8241" } }, (answer) =>
          resume(Effect.succeed(answer.statusCode))
        ).end()
      })
      assert.strictEqual(status, 421)
    }).pipe(Effect.scoped)
  )

  it.live.each([
    ["/api/v1/message/0000000000000000000ab", 404],
    ["/api/v1/message/..%2F..%2Frun.json/raw", 404],
    ["/api/v1/messages?limit=all", 400],
    ["/", 200],
    ["/page.js", 200],
    ["/page.css", 200]
  ] as const)("answers %s with %i", ([path, expected]) =>
    Effect.gen(function* () {
      const { mailUrl } = yield* catcher
      assert.strictEqual((yield* get(mailUrl + path)).status, expected)
    }).pipe(Effect.scoped)
  )
})
