/** `/api/v1/deliveries`: what became of each message, and an operator's word where no one knows. */

import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { ResolveDelivery } from "#schemas/http/deliveries.ts"
import { defaultLimit } from "#schemas/http/Page.ts"
import { type JobId } from "#schemas/Ids.ts"
import { decodeStrict } from "#src/domain/strictBody.ts"
import { describeMessage } from "#src/services/describeMessage.ts"
import { Resolving } from "#src/services/Resolving.ts"
import { Stories } from "#src/services/Stories.ts"

import { invalidBody, respond } from "./problem.ts"
import { limits_bytes, readJson } from "./readBody.ts"

const decode = decodeStrict(ResolveDelivery)

const resolve = Effect.fnUntraced(function* (jobId: JobId) {
  const resolving = yield* Resolving
  const stories = yield* Stories
  const { value } = yield* readJson(limits_bytes.resource)
  const { as, note = null } = yield* Effect.mapError(Effect.fromResult(decode(value)), invalidBody)
  const caller = yield* Caller
  yield* resolving.resolve(caller, jobId, { as, note })
  return yield* stories.delivery(caller, jobId)
})

export const DeliveriesHandlers = HttpApiBuilder.group(
  Api,
  "deliveries",
  Effect.fnUntraced(function* (handlers) {
    const stories = yield* Stories
    const context = yield* Effect.context<Resolving | Stories>()
    return handlers
      .handleRaw("resolve", ({ params }) => respond(Effect.provideContext(resolve(params.job_id), context)))
      .handle("get", ({ params }) =>
        respond(Effect.flatMap(Caller, (caller) => stories.delivery(caller, params.job_id)))
      )
      .handle("list", ({ query }) =>
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
      )
  })
)
