/** `GET /api/v1/deliveries`: what became of each message. */

import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { defaultLimit } from "#schemas/http/Page.ts"
import { describeMessage } from "#src/services/describeMessage.ts"
import { Stories } from "#src/services/Stories.ts"

import { respond } from "./problem.ts"

export const DeliveriesHandlers = HttpApiBuilder.group(
  Api,
  "deliveries",
  Effect.fnUntraced(function* (handlers) {
    const stories = yield* Stories
    return handlers.handleAll({
      get: ({ params }) =>
        respond(
          Effect.flatMap(Caller, ({ organizationId }) => stories.delivery(organizationId, params.job_id))
        ),
      list: ({ query }) =>
        respond(
          Effect.gen(function* () {
            const { organizationId } = yield* Caller
            const {
              channel,
              cursor,
              event_id,
              execution_id,
              limit = defaultLimit,
              offset = 0,
              status,
              user_id
            } = query
            const page = yield* stories.messages({
              organizationId,
              filter: {
                ...(channel === undefined ? {} : { channel }),
                ...(event_id === undefined ? {} : { eventId: event_id }),
                ...(execution_id === undefined ? {} : { executionId: execution_id }),
                ...(status === undefined ? {} : { statuses: [status] }),
                ...(user_id === undefined ? {} : { userId: user_id })
              },
              limit,
              offset,
              ...(cursor === undefined ? {} : { cursor })
            })
            return { deliveries: page.items.map(describeMessage), ...page.members }
          })
        )
    })
  })
)
