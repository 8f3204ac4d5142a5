/** A real SMTP server (`smtp-server`) with STARTTLS, TLS and login, that counts what it took and how. */

import { Effect } from "effect"
import { SMTPServer, type SMTPServerOptions } from "smtp-server"

import { localhostCertificate, localhostKey } from "#test/support/smtpCertificate.ts"

export interface TakenSecurely {
  readonly user: string
  readonly secure: boolean
  readonly raw: Buffer
}

const [knownUser, knownPassword] = ["ada", "p:w@rd"]

export const credentials = `${knownUser}:${encodeURIComponent(knownPassword)}`

/** Lives as long as the scope. `authority` is `host:port`. */
export const secureServer = Effect.fnUntraced(function* (options: SMTPServerOptions) {
  const taken: Array<TakenSecurely> = []
  const server = new SMTPServer({
    cert: localhostCertificate,
    key: localhostKey,
    authMethods: ["PLAIN"],
    ...options,
    onAuth: ({ password, username }, _, done) => {
      if (username === knownUser && password === knownPassword) done(null, { user: knownUser })
      else done(new Error("wrong user or password"))
    },
    onData: (stream, session, done) => {
      const user: unknown = session.user
      const chunks: Array<Buffer> = []
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
      stream.once("end", () => {
        taken.push({ user: String(user), secure: session.secure, raw: Buffer.concat(chunks) })
        done()
      })
    }
  })
  server.on("error", () => undefined)
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () => Effect.callback<void>((resume) => server.close(() => resume(Effect.void)))
  )
  const address = server.server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { authority: `localhost:${port}`, taken }
})
