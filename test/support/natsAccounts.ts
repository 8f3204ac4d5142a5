/** A server with the users of nats-accounts.conf, as in production. */

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { connect } from "@nats-io/transport-node"
import { Config, Effect, Option } from "effect"

import { freePort } from "#src/embedded/freePort.ts"
import { startServer } from "#src/embedded/ServerProcess.ts"

const accounts = fileURLToPath(new URL("../../nats-accounts.conf", import.meta.url))

export const users = ["gateway", "planner", "worker", "operator", "publisher-default"] as const
export type User = (typeof users)[number]

const password = (user: User | "admin") => `secret-of-${user}`
const variable = (user: User | "admin") => `NATS_${user.toUpperCase().replace("-", "_")}_PASSWORD`

export interface AccountsServer {
  readonly port: number
  readonly urlOf: (user: User) => string
  /** What the server has logged so far. */
  readonly log: () => string
}

/** The passwords are in its environment, as in production. */
export const accountsServer = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "carillon-accounts-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )
  copyFileSync(accounts, join(folder, "nats-accounts.conf"))
  writeFileSync(join(folder, "nats.conf"), 'jetstream { store_dir: "store" }\ninclude ./nats-accounts.conf\n')
  const port = yield* freePort(0, "")
  const passwords = (["admin", ...users] as const).map((user) => `${variable(user)}=${password(user)}`)
  const program = yield* Config.NonEmptyString("NATS_SERVER_BIN").pipe(Config.withDefault("nats-server"))
  const args = ["--config", "nats.conf", "--addr", "127.0.0.1", "--port", String(port)]
  const log = join(folder, "log")
  yield* startServer({
    name: "nats-server",
    program: "env",
    args: [...passwords, program, ...args],
    as: Option.none(),
    cwd: folder,
    log,
    stopSignal: "SIGTERM",
    isReady: () =>
      Effect.promise(() => connect({ port, user: "operator", pass: password("operator") })).pipe(
        Effect.tap((connection) => Effect.promise(() => connection.close())),
        Effect.as(true),
        Effect.catchDefect(() => Effect.succeed(false))
      )
  })
  return {
    port,
    urlOf: (user) => `nats://${user}:${password(user)}@127.0.0.1:${port}`,
    log: () => readFileSync(log, "utf8")
  } satisfies AccountsServer
})

/** With its own inbox, as every user has to; the operator may have any. */
export const loggedIn = (port: number, user: User) =>
  Effect.acquireRelease(
    Effect.promise(() => connect({ port, user, pass: password(user), inboxPrefix: `_INBOX_${user}` })),
    (connection) => Effect.promise(() => connection.close())
  )
