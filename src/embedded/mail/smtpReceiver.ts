/** The SMTP side of the mail catcher: takes every mail, and says 250 once it is kept. */

import { Effect, FiberSet, Schema } from "effect"
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server"

import { MailStore } from "#src/embedded/mail/MailStore.ts"

/** As most mail servers allow. */
const MAX_BYTES = 25 * 1024 * 1024

/** What final delivery adds (RFC 5321, 4.4): the envelope, which the mail itself may not show. */
const envelope = ({ envelope: { mailFrom, rcptTo } }: SMTPServerSession) => {
  const sender = mailFrom === false ? "" : mailFrom.address
  const recipients = rcptTo.map(({ address }) => `Delivered-To: ${address}\r\n`)
  return Buffer.from(`Return-Path: <${sender}>\r\n${recipients.join("")}`)
}

class TooLarge extends Schema.TaggedError<TooLarge>()("TooLarge", {}) {
  /** Read by smtp-server. */
  readonly responseCode = 552
  override get message() {
    return "5.3.4 Message too big"
  }
}

/** Collects the mail; of one over the limit nothing is kept. */
const readAll = (stream: SMTPServerDataStream) =>
  Effect.callback<Buffer, TooLarge>((resume) => {
    const chunks: Array<Buffer> = []
    stream.on("data", (chunk: Buffer) => {
      if (!stream.sizeExceeded) chunks.push(chunk)
    })
    stream.once("end", () =>
      resume(stream.sizeExceeded ? Effect.fail(new TooLarge()) : Effect.succeed(Buffer.concat(chunks)))
    )
  })

/** Listens on loopback until the scope ends. The port was free a moment ago. */
export const smtpReceiver = Effect.fnUntraced(function* (port: number) {
  const store = yield* MailStore
  const run = yield* FiberSet.makeRuntime()

  const receive = Effect.fnUntraced(function* (stream: SMTPServerDataStream, session: SMTPServerSession) {
    const body = yield* readAll(stream)
    yield* store.add(Buffer.concat([envelope(session), body]))
  })

  const server = new SMTPServer({
    // No certificate that a client would trust, nobody to log in: plain, as Mailpit's default.
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    size: MAX_BYTES,
    banner: "Carillon mail catcher",
    onData: (stream, session, done) => {
      run(
        receive(stream, session).pipe(
          Effect.match({ onSuccess: () => done(), onFailure: (error) => done(error) })
        )
      )
    }
  })
  // A client that breaks its connection is no trouble of ours; without a listener it would end the process.
  server.on("error", () => undefined)
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(port, "127.0.0.1", () => resume(Effect.void))
    }),
    () => Effect.callback<void>((resume) => server.close(() => resume(Effect.void)))
  )
})
