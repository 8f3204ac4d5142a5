/**
 * Where NATS is, how we log in, and how many copies of a stream it keeps. Read once, when a layer is built.
 *
 * `NATS_URL` is one URL or several with commas between: `nats://[user:password@ | token@]host[:4222]`, with
 * `tls` for an encrypted connection. The credentials of the first that has some serve for all.
 */

import { Array as Arr, Config, Option, Redacted, Schema } from "effect"

export interface NatsServers {
  /** `host:port`. */
  readonly servers: ReadonlyArray<string>
  readonly tls: boolean
  readonly credentials: Option.Option<Credentials>
}

export type Credentials =
  | { readonly token: Redacted.Redacted }
  | { readonly user: string; readonly password: Redacted.Redacted }

const schemes = new Set(["nats:", "tls:"])

const parseOne = (text: string): Option.Option<URL> =>
  Option.filter(
    Option.liftThrowable((url: string) => new URL(url))(text.trim()),
    (url) => schemes.has(url.protocol) && url.hostname !== ""
  )

const credentialsOf = ({ password, username }: URL): Credentials =>
  password === ""
    ? { token: Redacted.make(decodeURIComponent(username)) }
    : { user: decodeURIComponent(username), password: Redacted.make(decodeURIComponent(password)) }

const isNatsUrl = (text: string): boolean => text.split(",").every((url) => Option.isSome(parseOne(url)))

/** Of a list that `NatsConfig` has checked. */
export const parseNatsUrl = (text: string): NatsServers => {
  const urls = Arr.getSomes(text.split(",").map(parseOne))
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port === "" ? "4222" : port}`),
    tls: urls.some(({ protocol }) => protocol === "tls:"),
    credentials: Option.map(
      Option.fromUndefinedOr(urls.find(({ username }) => username !== "")),
      credentialsOf
    )
  }
}

const NatsUrl = Schema.String.check(
  Schema.makeFilter(
    (text: string) => isNatsUrl(text) || "expected nats://[user:password@]host[:port], with commas between"
  )
)

const InboxPrefix = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, { message: "expected a subject without wildcards" })
)

export const NatsConfig = Config.all({
  /** Redacted: it may hold a password. */
  url: Config.schema(Schema.RedactedFromValue(NatsUrl), "NATS_URL").pipe(
    Config.withDefault(Redacted.make("nats://127.0.0.1:4222"))
  ),
  /** Where answers come to; none: one of the user's own. */
  inboxPrefix: Config.schema(InboxPrefix, "NATS_INBOX_PREFIX").pipe(Config.option),
  /** Copies of every stream: 1, or 3 or 5 in a cluster. */
  replicas: Config.schema(Schema.Literals(["1", "3", "5"]), "STREAM_REPLICAS").pipe(
    Config.withDefault("1" as const),
    Config.map(Number)
  )
})
