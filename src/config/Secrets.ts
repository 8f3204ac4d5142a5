/**
 * What a service must not start with: secrets that somebody would guess. On one machine, on loopback, who is not on
 * the machine cannot try; there every secret will do, or none.
 */

import { Config, ConfigProvider, Effect, Option, Redacted } from "effect"

import { HttpConfig } from "./HttpConfig.ts"
import { NatsConfig, parseNatsUrl } from "./NatsConfig.ts"
import { PostgresConfig } from "./PostgresConfig.ts"
import { weaknessOfKey, weaknessOfPassword } from "./weakSecret.ts"

interface Login {
  /** What the operator has to change. */
  readonly variable: string
  /** Of each server; without its port, in brackets where it is IPv6. */
  readonly hosts: ReadonlyArray<string>
  /** Empty where there is none. */
  readonly password: string
  readonly names: ReadonlyArray<string>
}

const isHere = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\]|)$/i.test(host) || /^(%2f|\/)/i.test(host)

const refuse = (variable: string, expected: string, weakness: string) =>
  Effect.fail(
    new Config.ConfigError(
      new ConfigProvider.SourceError({ message: `${variable}: expected ${expected}; ${weakness}` })
    )
  )

/** By hand: a URL may name several hosts, or the folder of a socket, which the URL parser refuses. */
const postgresUrl = /^\w+:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/

const decode = (text: string): string =>
  Option.getOrElse(Option.liftThrowable(decodeURIComponent)(text), () => text)

const postgresLogin = (url: string, variable: string): Login => {
  const [, user = "", password = "", hosts = "", database = "", query = ""] = postgresUrl.exec(url) ?? []
  const named = new URLSearchParams(query).get("host") ?? hosts
  return {
    variable,
    hosts: named.split(",").map((host) => host.replace(/:\d+$/, "")),
    password: decode(password),
    names: [decode(user), decode(database)]
  }
}

const natsLogin = (url: string): Login => {
  const { credentials, servers } = parseNatsUrl(url)
  const known = Option.getOrUndefined(credentials)
  const secret = known === undefined ? "" : Redacted.value("token" in known ? known.token : known.password)
  return {
    variable: "NATS_URL",
    hosts: servers.map((server) => server.replace(/:\d+$/, "")),
    password: secret,
    names: known !== undefined && "user" in known ? [known.user] : []
  }
}

const checkLogin = ({ hosts, names, password, variable }: Login) => {
  if (hosts.every(isHere)) return Effect.succeed([])
  if (password === "")
    return Effect.succeed([
      `${variable} names another machine and no password: whoever reaches that server is let in`
    ])
  const weakness = weaknessOfPassword(password, names)
  return weakness === undefined
    ? Effect.succeed([])
    : refuse(variable, "a password that is drawn, as by openssl rand -hex 32", weakness)
}

/**
 * Fails with the variable and what would be right; never repeats the secret. Answers what is to be warned of.
 *
 * @param isGateway whether the operator's key is asked for
 */
export const checkSecrets = Effect.fnUntraced(function* (isGateway: "gateway" | "no gateway") {
  if (isGateway === "gateway") {
    const { operatorKey } = yield* HttpConfig
    const weakness = weaknessOfKey(Redacted.value(operatorKey))
    if (weakness !== undefined)
      return yield* refuse(
        "CARILLON_OPERATOR_KEY",
        "a key that is drawn, as by openssl rand -hex 32",
        weakness
      )
  }
  const { url: natsUrl } = yield* NatsConfig
  const { url: databaseUrl } = yield* PostgresConfig
  const hasUrl = Option.isSome(yield* Config.option(Config.Redacted("DATABASE_URL")))
  const postgres = postgresLogin(Redacted.value(databaseUrl), hasUrl ? "DATABASE_URL" : "POSTGRES_PASSWORD")
  return [...(yield* checkLogin(postgres)), ...(yield* checkLogin(natsLogin(Redacted.value(natsUrl))))]
})
