/** Where roles without the API answer `/health`, `/health/ready` and `/metrics`. Read once, when the layer is built. */

import { Config, Schema } from "effect"

/** 0 takes any free one. */
const AnyPort = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))

export const ProbeConfig = Config.all({
  host: Config.NonEmptyString("CAMPAIGN_SERVICE_HOST").pipe(Config.withDefault("127.0.0.1")),
  /** Absent: 8242, or any free one where that is taken, so that a second process beside the first starts too. */
  port: Config.option(Config.schema(AnyPort, "CARILLON_PROBE_PORT"))
})
