/** The SMTP provider against servers of the test's: connections, slots, withdrawal, TLS, login. */

import { getCACertificates, setDefaultCACertificates } from "node:tls"

import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Scope } from "effect"
import PostalMime from "postal-mime"

import { type Attempt } from "#src/domain/Attempt.ts"
import { localhostCertificate } from "#test/support/smtpCertificate.ts"
import { always, impatient, providerWith, sampleEmail, sendOn } from "#test/support/smtpMail.ts"
import { credentials, secureServer } from "#test/support/smtpSecureServer.ts"
import { smtpSink, type TakenMail } from "#test/support/smtpSink.ts"

const summary = ({ phase, provider_code, result }: Attempt): string =>
  `${result}/${phase}/${provider_code ?? "-"}`

const sent = "sent/accepted/250"

/** Says yes so many times, then no. */
const mayProceed = (times: number) => {
  let left = times
  return () => left-- > 0
}

/** Longer than one write takes, so that its end is held back until the rest has left. */
const long = { html: "<p>long</p>".repeat(20_000) }

describe("Smtp.send", () => {
  it.effect("hands over what was composed, byte for byte, to one recipient", () =>
    Effect.gen(function* () {
      const sink = yield* smtpSink()
      const provider = yield* providerWith({ SMTP_URL: sink.url })
      const email = sampleEmail(1, { ...long, subject: "Ж".repeat(100), text: ".\n..\n.hidden" })
      assert.strictEqual(summary(yield* sendOn(provider, email)), sent)

      const [mail] = yield* sink.waitFor(1)
      assert.strictEqual(mail?.from, "no-reply@example.org")
      assert.deepStrictEqual(mail?.to, ["reader-1@example.com"])
      assert.strictEqual(mail?.messageId, `${email.jobId}@example.org`)
      const { html, subject, text } = yield* Effect.promise(() => PostalMime.parse(mail?.raw ?? ""))
      assert.deepStrictEqual(
        [subject, html?.trim(), text?.trimEnd()],
        [email.content.subject, email.content.html, ".\r\n..\r\n.hidden"]
      )
    })
  )

  it.effect.each([
    { times: 0, content: {}, expected: "transient/rcpt/-" },
    { times: 1, content: {}, expected: "transient/body/-" },
    { times: 1, content: long, expected: "transient/body/-" },
    { times: 2, content: long, expected: sent }
  ])("where it may proceed $times times: $expected", ({ content, expected, times }) =>
    Effect.gen(function* () {
      const sink = yield* smtpSink()
      const provider = yield* providerWith({ SMTP_URL: sink.url })
      assert.strictEqual(
        summary(yield* sendOn(provider, sampleEmail(1, content), mayProceed(times))),
        expected
      )
      assert.strictEqual(summary(yield* sendOn(provider, sampleEmail(2))), sent)
      const taken = sink.taken.filter(({ to }) => to.includes("reader-1@example.com"))
      assert.strictEqual(taken.length, expected === sent ? 1 : 0)
    })
  )

  it.effect("is in doubt when the server took the message and is silent from then on", () =>
    Effect.gen(function* () {
      const sink = yield* smtpSink()
      const provider = yield* providerWith({ SMTP_URL: sink.url }, { timeouts: impatient })
      sink.onAccepted(() => undefined)
      assert.strictEqual(summary(yield* sendOn(provider, sampleEmail(1))), "unknown/final_dot/-")
      assert.strictEqual(sink.taken.length, 1)
    })
  )

  it.effect("is in doubt about what is in the server's hands when the provider is closed", () =>
    Effect.gen(function* () {
      const sink = yield* smtpSink()
      const scope = yield* Scope.make()
      const provider = yield* Scope.provide(providerWith({ SMTP_URL: sink.url }), scope)
      sink.onAccepted(() => undefined)
      const sending = yield* Effect.forkChild(sendOn(provider, sampleEmail(1)))
      yield* sink.waitFor(1)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(summary(yield* Fiber.join(sending)), "unknown/final_dot/-")
    })
  )

  it.effect("cannot connect: transient", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(smtpSink())
      const provider = yield* providerWith({ SMTP_URL: url }, { timeouts: impatient })
      assert.strictEqual(summary(yield* sendOn(provider, sampleEmail(1))), "transient/connect/-")
    })
  )

  it.effect("does not record whom the server names in its answer", () =>
    Effect.gen(function* () {
      const sink = yield* smtpSink()
      const provider = yield* providerWith({ SMTP_URL: sink.url })
      sink.fail("RCPT", { reply: "550-5.1.1 <reader-1@example.com>\r\n550 5.1.1 unknown" })
      const { enhanced_code, provider_message } = yield* sendOn(provider, sampleEmail(1))
      assert.deepStrictEqual([enhanced_code, provider_message], ["5.1.1", "<[address]> unknown"])
    })
  )
})

describe("Smtp connections", () => {
  it.effect("are kept for the next message, and renewed after a hundred", () =>
    Effect.gen(function* () {
      const sink = yield* smtpSink()
      const provider = yield* providerWith({ SMTP_URL: sink.url })
      for (let n = 1; n <= 101; n += 1) yield* sendOn(provider, sampleEmail(n))
      assert.strictEqual(sink.taken.length, 101)
      assert.strictEqual(sink.connections, 2)
    })
  )

  it.effect("are closed when nobody needs them, and made anew", () =>
    Effect.gen(function* () {
      const sink = yield* smtpSink()
      const timeouts = { ...impatient, idle: Duration.millis(20) }
      const provider = yield* providerWith({ SMTP_URL: sink.url }, { timeouts })
      yield* sendOn(provider, sampleEmail(1))
      yield* sink.waitForConnections(0)
      assert.strictEqual(summary(yield* sendOn(provider, sampleEmail(2))), sent)
    })
  )

  it.effect("are as many as were taken, and of one domain never all", () =>
    Effect.gen(function* () {
      const sink = yield* smtpSink()
      const provider = yield* providerWith({ SMTP_URL: sink.url }, { connections: 4 })
      const held: Array<() => void> = []
      sink.onAccepted((_: TakenMail, answer) => held.push(answer))
      const { address } = sampleEmail(1)
      const many = Array.from({ length: 10 }, () => address)

      assert.deepStrictEqual(provider.take(many), [0, 1])
      const sending = [1, 2].map((n) => provider.send(sampleEmail(n), always))
      yield* sink.waitFor(2)
      assert.deepStrictEqual(provider.take(many), [])
      const next = yield* Effect.forkChild(provider.awaitRoom(many), { startImmediately: true })
      assert.strictEqual(next.pollUnsafe(), undefined)
      assert.deepStrictEqual(provider.take([address, "ada@other.example"]), [1])

      held.forEach((answer) => answer())
      yield* Effect.promise(() => Promise.all(sending))
      yield* Fiber.join(next)
      assert.isAtLeast(provider.take(many).length, 1)
      assert.strictEqual(sink.connections, 2)
    })
  )

  it.effect("are given back unused", () =>
    Effect.gen(function* () {
      const provider = yield* providerWith({ SMTP_URL: "smtp://127.0.0.1:1" }, { connections: 3 })
      const [one, other] = ["ada@one.example", "ada@other.example"]
      assert.deepStrictEqual(provider.take([one, one, one, other, other]), [0, 1, 3])
      assert.deepStrictEqual(provider.take([one, other]), [])
      provider.release([one, one])
      assert.deepStrictEqual(provider.take([one, one]), [0])
    })
  )
})

/** As an operator would with NODE_EXTRA_CA_CERTS. */
const trusting = Effect.acquireRelease(
  Effect.sync(() => {
    const before = getCACertificates("default")
    setDefaultCACertificates([...before, localhostCertificate])
    return before
  }),
  (before) => Effect.sync(() => setDefaultCACertificates(before))
)

describe("Smtp TLS and login", () => {
  it.effect.each([
    { scheme: "smtp", query: "?tls=required", secure: false },
    { scheme: "smtp", query: "", secure: false },
    { scheme: "smtps", query: "", secure: true }
  ])("$scheme ($query) encrypts and logs in", ({ query, scheme, secure }) =>
    Effect.gen(function* () {
      yield* trusting
      const { authority, taken } = yield* secureServer({ secure })
      const provider = yield* providerWith({ SMTP_URL: `${scheme}://${credentials}@${authority}${query}` })
      assert.strictEqual(summary(yield* sendOn(provider, sampleEmail(1, long))), sent)
      assert.strictEqual(summary(yield* sendOn(provider, sampleEmail(2))), sent)
      assert.deepStrictEqual(
        taken.map(({ secure, user }) => ({ secure, user })),
        [
          { secure: true, user: "ada" },
          { secure: true, user: "ada" }
        ]
      )
    })
  )

  it.effect.each([
    { name: "a certificate nobody vouches for", url: "smtps://localhost", options: { secure: true } },
    {
      name: "a server that cannot encrypt, where it must",
      url: "smtp://localhost?tls=required",
      options: { hideSTARTTLS: true, disabledCommands: ["STARTTLS"] }
    },
    {
      name: "a wrong password",
      url: "smtp://ada:wrong@localhost?tls=off",
      options: { allowInsecureAuth: true }
    }
  ])("fails before the message is seen: $name", ({ options, url }) =>
    Effect.gen(function* () {
      const { authority, taken } = yield* secureServer({ authOptional: true, ...options })
      const SMTP_URL = url.replace("localhost", authority)
      const provider = yield* providerWith({ SMTP_URL }, { timeouts: impatient })
      const { phase, result } = yield* sendOn(provider, sampleEmail(1))
      assert.deepStrictEqual([result, phase], ["transient", "connect"])
      assert.strictEqual(taken.length, 0)
    })
  )
})
