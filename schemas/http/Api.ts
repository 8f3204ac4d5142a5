/** The whole HTTP contract: what the server serves and `/openapi.json` describes. */

import { HttpApi, OpenApi } from "effect/http-api"

import { ApiKeysApi } from "./apiKeys.ts"
import { BalanceApi } from "./balance.ts"
import { DeadLettersApi } from "./deadLetters.ts"
import { DeliveriesApi } from "./deliveries.ts"
import { EventsApi } from "./events.ts"
import { EventTypesApi } from "./eventTypes.ts"
import { HealthApi } from "./health.ts"
import { NotificationsApi, UsersApi } from "./notifications.ts"
import { TemplatesApi } from "./templates.ts"

export class Api extends HttpApi.make("carillon")
  .add(EventsApi, NotificationsApi, UsersApi, DeliveriesApi, BalanceApi, DeadLettersApi, HealthApi)
  .add(TemplatesApi, EventTypesApi, ApiKeysApi)
  .annotateMerge(
    OpenApi.annotations({
      title: "Carillon",
      version: "0.1.0",
      description: "Events in, delivered messages out, and a ledger that says what became of each."
    })
  ) {}
