/** `/api/v1/event-types`: what events lead to. */

import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"

import { EventTypeAnswer } from "#schemas/EventDefinition.ts"
import { Api } from "#schemas/http/Api.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { defaultLimit } from "#schemas/http/Page.ts"
import { EventTypes } from "#src/services/EventTypes.ts"
import { Idempotency } from "#src/services/Idempotency.ts"

import { idempotent } from "./idempotent.ts"
import { respond } from "./problem.ts"
import { limits_bytes, readJson } from "./readBody.ts"
import { ifMatchHeader, versioned, withShortInstants } from "./versioned.ts"

export const EventTypesHandlers = HttpApiBuilder.group(
  Api,
  "eventTypes",
  Effect.fnUntraced(function* (handlers) {
    const eventTypes = yield* EventTypes
    const idempotency = yield* Idempotency

    const create = Effect.gen(function* () {
      const { organizationId } = yield* Caller
      const { value } = yield* readJson(limits_bytes.resource)
      const created = idempotent(value, EventTypeAnswer, eventTypes.create(organizationId, value))
      return versioned(yield* created, 201)
    }).pipe(Effect.provideService(Idempotency, idempotency))

    const put = Effect.fnUntraced(function* (eventType: string) {
      const { organizationId } = yield* Caller
      const { value } = yield* readJson(limits_bytes.resource)
      const ifMatch = yield* ifMatchHeader
      return versioned(yield* eventTypes.put({ organizationId, eventType, ...ifMatch }, value))
    })

    const remove = Effect.fnUntraced(function* (eventType: string) {
      const { organizationId } = yield* Caller
      yield* eventTypes.remove({ organizationId, eventType, ...(yield* ifMatchHeader) })
      return HttpServerResponse.empty({ status: 204 })
    })

    const get = Effect.fnUntraced(function* (eventType: string) {
      const { organizationId } = yield* Caller
      return versioned(yield* eventTypes.get({ organizationId, eventType }))
    })

    return handlers
      .handleRaw("create", () => respond(create))
      .handle("list", ({ query: { limit = defaultLimit, offset = 0 } }) =>
        respond(
          Effect.gen(function* () {
            const { organizationId } = yield* Caller
            const { items, ...members } = yield* eventTypes.list(organizationId, { limit, offset })
            return { event_types: items.map(withShortInstants), ...members }
          })
        )
      )
      .handle("get", ({ params }) => respond(get(params.event_type)))
      .handleRaw("put", ({ params }) => respond(put(params.event_type)))
      .handle("remove", ({ params }) => respond(remove(params.event_type)))
  })
)
