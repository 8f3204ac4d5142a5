/** Where Postgres is. Read once, when the layer is built. */

import { Config, Redacted, Schema } from "effect"

const fromParts = Config.all({
  host: Config.NonEmptyString("POSTGRES_HOST"),
  port: Config.Port("POSTGRES_PORT").pipe(Config.withDefault(5432)),
  user: Config.NonEmptyString("POSTGRES_USER").pipe(Config.withDefault("postgres")),
  password: Config.String("POSTGRES_PASSWORD").pipe(Config.withDefault("")),
  database: Config.NonEmptyString("POSTGRES_DB").pipe(Config.withDefault("carillon"))
}).pipe(
  Config.map(({ database, host, password, port, user }) => {
    const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
    return Redacted.make(`postgres://${credentials}@${host}:${port}/${encodeURIComponent(database)}`)
  })
)

/** Named in the error where there is neither. */
const databaseUrl = Config.Redacted("DATABASE_URL")

const PoolSize = Schema.FiniteFromString.check(
  Schema.isInt(),
  Schema.isBetween({ minimum: 4, maximum: 1000 })
)

export const PostgresConfig = Config.all({
  url: databaseUrl.pipe(
    Config.orElse(() => fromParts),
    Config.orElse(() => databaseUrl)
  ),
  /** Connections a process may hold; an eighth of them is for lists and sums, another for upkeep. */
  poolSize: Config.schema(PoolSize, "DATABASE_POOL_SIZE").pipe(Config.withDefault(20))
})
