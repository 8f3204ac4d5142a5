/** What a start shows when everything is there: the addresses, and a first event to copy. */

import { randomUUID } from "node:crypto"

import { Clock, Config, Effect, Option, Redacted } from "effect"

import { HttpConfig } from "#src/config/HttpConfig.ts"
import { toInstant } from "#src/domain/instants.ts"
import { type Run } from "#src/embedded/runFile.ts"
import { isLoopbackName } from "#src/http/loopback.ts"

import { type OperatorKey } from "../operatorKey.ts"
import { withoutLogin } from "../withoutLogin.ts"
import { firstEvents } from "./firstEvents.ts"

export interface Started {
  readonly run: Run
  readonly key: OperatorKey
  readonly home: string
}

const line = (name: string, text: string): string => `  ${name.padEnd(10)}${text}`

/** The user's name stays, the password goes. */
const withoutPassword = (address: string): string => {
  const url = new URL(address)
  url.password = ""
  return url.href
}

const addresses = ({ home, run }: Started): ReadonlyArray<string> => [
  line("API", run.http),
  line("docs", `${run.http}/docs`),
  ...(run.mail === undefined ? [] : [line("mail", run.mail)]),
  line("NATS", withoutLogin(run.nats)),
  line("Postgres", withoutPassword(run.postgres)),
  line("log", `${home}/log/carillon.log`)
]

const newKey = ({ home, key }: Started): ReadonlyArray<string> =>
  key.isNew
    ? [
        "",
        `The operator's key, shown this once (it is kept in ${home}/operator.key):`,
        "",
        Redacted.value(key.key)
      ]
    : []

/** The key as a shell finds it, where the API is open to others and each call needs it. */
const keyForShell = Effect.fnUntraced(function* (home: string) {
  const { host } = yield* HttpConfig
  if (isLoopbackName(host)) return Option.none<string>()
  const given = yield* Config.option(Config.Redacted("CARILLON_OPERATOR_KEY"))
  return Option.some(Option.isSome(given) ? "$CARILLON_OPERATOR_KEY" : `$(cat '${home}/operator.key')`)
})

export const welcome = Effect.fnUntraced(function* (started: Started) {
  const { home, run } = started
  const events = firstEvents({
    run,
    key: yield* keyForShell(home),
    home: yield* Config.option(Config.NonEmptyString("CARILLON_HOME")),
    ids: yield* Effect.sync(() => [randomUUID(), randomUUID()] as const),
    now: toInstant(yield* Clock.currentTimeMillis)
  })
  return [
    "",
    "Carillon is ready.",
    "",
    ...addresses(started),
    ...newKey(started),
    "",
    "A first event: a new user, who is sent the welcome mail. Any of these, in another terminal:",
    ...events.flatMap((event) => ["", event]),
    "",
    "Each answers or prints an event_id, whose story is told by: npx carillon trace <event_id>",
    "Ctrl-C stops everything."
  ]
})
