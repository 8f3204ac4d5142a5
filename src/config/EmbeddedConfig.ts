/** What one machine needs: its home folder, its ports, and what is provided from outside instead. */

import { fileURLToPath } from "node:url"

import { Config, Option, Redacted, Schema } from "effect"

/** A TCP port; 0 takes any free one. */
const AnyPort = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const port = (variable: string, byDefault: number) =>
  Config.schema(AnyPort, variable).pipe(Config.withDefault(byDefault))

/** `DATABASE_URL`, or the address that `POSTGRES_HOST` and its companions form. */
const databaseUrl = Config.all({
  url: Config.option(Config.Redacted("DATABASE_URL")),
  host: Config.option(Config.NonEmptyString("POSTGRES_HOST")),
  port: Config.Port("POSTGRES_PORT").pipe(Config.withDefault(5432)),
  user: Config.NonEmptyString("POSTGRES_USER").pipe(Config.withDefault("postgres")),
  password: Config.Redacted("POSTGRES_PASSWORD").pipe(Config.withDefault(Redacted.make(""))),
  database: Config.NonEmptyString("POSTGRES_DB").pipe(Config.withDefault("carillon"))
}).pipe(
  Config.map(({ url, host, port, user, password, database }) =>
    Option.orElse(url, () =>
      Option.map(host, (host) => {
        const login = `${encodeURIComponent(user)}:${encodeURIComponent(Redacted.value(password))}`
        return Redacted.make(`postgres://${login}@${host}:${port}/${encodeURIComponent(database)}`)
      })
    )
  )
)

export const EmbeddedConfig = Config.all({
  /** Holds all state of this machine: NATS store, Postgres data, programs, mail, keys. */
  home: Config.NonEmptyString("CARILLON_HOME").pipe(
    Config.withDefault(fileURLToPath(new URL("../../.carillon", import.meta.url)))
  ),
  /** The nats-server program; found, or got, where unset. */
  natsServerBin: Config.option(Config.NonEmptyString("NATS_SERVER_BIN")),
  /** Present: somebody else runs that server, and none is started here. */
  provided: Config.all({
    natsUrl: Config.option(Config.NonEmptyString("NATS_URL")),
    databaseUrl,
    smtpUrl: Config.option(Config.Redacted("SMTP_URL"))
  }),
  ports: Config.all({
    nats: port("CARILLON_NATS_PORT", 4222),
    postgres: port("CARILLON_POSTGRES_PORT", 5433),
    smtp: port("CARILLON_SMTP_PORT", 2525),
    mail: port("CARILLON_MAIL_PORT", 8241)
  })
})

export type EmbeddedConfig = Config.Success<typeof EmbeddedConfig>
