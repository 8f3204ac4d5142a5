/** Where the API listens, and the operator's key. Read once, when the layer is built. */

import { Config, Option, Redacted, Schema } from "effect"

const shortestKey = 32

const OperatorKey = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{32,512}$/, {
    message: `expected at least ${shortestKey} printable characters without white space`
  })
)

/** 0 takes any free one. */
const AnyPort = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))

export const HttpConfig = Config.all({
  host: Config.NonEmptyString("CAMPAIGN_SERVICE_HOST").pipe(Config.withDefault("127.0.0.1")),
  port: Config.schema(AnyPort, "CAMPAIGN_SERVICE_PORT").pipe(Config.withDefault(8240)),
  /** A shorter one refuses to start. */
  operatorKey: Config.schema(Schema.RedactedFromValue(OperatorKey), "CARILLON_OPERATOR_KEY").pipe(
    Config.option,
    Config.map(Option.getOrElse(() => Redacted.make("")))
  )
})
