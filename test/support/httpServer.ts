/** The API on a free port of loopback, over a database of its own and the real planning. */

import { NodeServices } from "@effect/platform-node"
import { ConfigProvider, Effect, Layer, Option } from "effect"
import { HttpServer } from "effect/http"
import { PrometheusMetrics } from "effect/observability"

import { Embedded } from "#src/http/Authentication.ts"
import { ServerLayer } from "#src/http/Server.ts"
import { type Postgres } from "#src/postgres/Postgres.ts"
import { ApiKeyRepository } from "#src/repositories/ApiKeyRepository.ts"
import { BalanceRepository } from "#src/repositories/BalanceRepository.ts"
import { DeadLetterReader } from "#src/repositories/DeadLetterReader.ts"
import { DeadLetterRepository } from "#src/repositories/DeadLetterRepository.ts"
import { EventRepository } from "#src/repositories/EventRepository.ts"
import { IdempotencyRepository } from "#src/repositories/IdempotencyRepository.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { LedgerFence } from "#src/repositories/LedgerFence.ts"
import { OpenLetterRepository } from "#src/repositories/OpenLetterRepository.ts"
import { Reachability } from "#src/repositories/Reachability.ts"
import { StoryRepository } from "#src/repositories/StoryRepository.ts"
import { ApiKeys } from "#src/services/ApiKeys.ts"
import { Balance } from "#src/services/Balance.ts"
import { type BuiltIns } from "#src/services/BuiltIns.ts"
import { DeadLetterArchive } from "#src/services/DeadLetterArchive.ts"
import { type EventTypes } from "#src/services/EventTypes.ts"
import { Health, OtherChecks } from "#src/services/Health.ts"
import { Idempotency } from "#src/services/Idempotency.ts"
import { LetterDecisions } from "#src/services/LetterDecisions.ts"
import { Metrics } from "#src/services/metrics/Metrics.ts"
import { Notifications } from "#src/services/Notifications.ts"
import { OpenWork } from "#src/services/OpenWork.ts"
import { Planning } from "#src/services/Planning.ts"
import { type Previews } from "#src/services/Previews.ts"
import { Resolving } from "#src/services/Resolving.ts"
import { Settling } from "#src/services/Settling.ts"
import { Stories } from "#src/services/Stories.ts"
import { type Templates } from "#src/services/Templates.ts"
import { catalogue } from "#test/support/catalogue.ts"

export const operatorKey = "an-operator-key-of-forty-characters-here"

const repositories = Layer.mergeAll(
  ApiKeyRepository.layer,
  BalanceRepository.layer,
  DeadLetterReader.layer,
  DeadLetterRepository.layer,
  Ledger.layer,
  OpenLetterRepository.layer,
  EventRepository.layer,
  IdempotencyRepository.layer,
  Reachability.layer,
  StoryRepository.layer
)

/** Without what is read of NATS and the ledger. */
const metrics = Layer.succeed(Metrics, { exposition: PrometheusMetrics.format() })

const services = Layer.mergeAll(
  ApiKeys.layer,
  metrics,
  Balance.layer,
  DeadLetterArchive.layer,
  Health.layer,
  Idempotency.layer,
  Layer.provide(LetterDecisions.layer, Settling.layer),
  Notifications.layer,
  Layer.provide(Resolving.layer, Settling.layer),
  Stories.layer
)

interface Surroundings {
  readonly embedded: boolean
  /** NATS is never there. */
  readonly nats: "none" | "away"
}

const checks = ({ nats }: Surroundings) =>
  Layer.succeed(
    OtherChecks,
    OtherChecks.of(
      nats === "away" ? { nats: { check: Effect.fromOption(Option.none<void>()), needed: false } } : {}
    )
  )

const environment = ConfigProvider.layer(
  ConfigProvider.fromUnknown({ CAMPAIGN_SERVICE_PORT: "0", CARILLON_OPERATOR_KEY: operatorKey })
)

/** The ledger, and what planning asks of the catalogue. */
type Base = Postgres | BuiltIns | EventTypes | Previews | Templates

/** With everything that a test may want to look into. */
export const httpServerOver = <E>(base: Layer.Layer<Base, E>, surroundings: Surroundings) =>
  Layer.provide(ServerLayer, environment).pipe(
    Layer.provideMerge(services),
    Layer.provideMerge(Planning.layer),
    Layer.provideMerge(OpenWork.layer),
    Layer.provideMerge(repositories),
    Layer.provideMerge(LedgerFence.layer),
    Layer.provideMerge(base),
    Layer.provideMerge(checks(surroundings)),
    Layer.provideMerge(Layer.succeed(Embedded, surroundings.embedded)),
    Layer.provideMerge(NodeServices.layer)
  )

export const httpServer = (surroundings: Surroundings) => httpServerOver(catalogue, surroundings)

/** `http://127.0.0.1:<port>` */
export const serverUrl = Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))
