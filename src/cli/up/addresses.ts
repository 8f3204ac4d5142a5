/** Where everything of one machine is: for its own roles, and for whoever asks. */

import { Option, Redacted } from "effect"

import { type Embedded } from "#src/embedded/Embedded.ts"
import { type Run } from "#src/embedded/runFile.ts"

/** The variables that the roles read, as this start has them. */
export const settingsOf = (
  { databaseUrl, mailUrl, natsUrl, smtpUrl }: Embedded["Service"],
  key: Redacted.Redacted
): Readonly<Record<string, string>> => ({
  NATS_URL: natsUrl,
  DATABASE_URL: Redacted.value(databaseUrl),
  CARILLON_OPERATOR_KEY: Redacted.value(key),
  // The catcher's own; where mails go out, SMTP_URL says it.
  ...(Option.isSome(mailUrl) && { CARILLON_SMTP_PORT: new URL(Redacted.value(smtpUrl)).port })
})

/** A server that listens on all addresses is on this one too. */
const reachable = (http: string): string =>
  http.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")

export const addressesOf = (
  { databaseUrl, mailUrl, natsUrl, smtpUrl }: Embedded["Service"],
  http: string
): Run => ({
  pid: process.pid,
  http: reachable(http),
  nats: natsUrl,
  postgres: Redacted.value(databaseUrl),
  smtp: Redacted.value(smtpUrl),
  ...Option.match(mailUrl, { onNone: () => ({}), onSome: (mail) => ({ mail }) })
})
