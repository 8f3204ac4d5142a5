/** `GET /api/v1/dead-letters`: what died, and why. */

import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { defaultLimit } from "#schemas/http/Page.ts"
import { DeadLetterArchive } from "#src/services/DeadLetterArchive.ts"

import { respond } from "./problem.ts"

export const DeadLettersHandlers = HttpApiBuilder.group(
  Api,
  "deadLetters",
  Effect.fnUntraced(function* (handlers) {
    const archive = yield* DeadLetterArchive
    return handlers.handleAll({
      get: ({ params }) =>
        respond(
          Effect.flatMap(Caller, ({ organizationId }) => archive.get(organizationId, params.dead_letter_id))
        ),
      list: ({ query }) =>
        respond(
          Effect.gen(function* () {
            const { organizationId } = yield* Caller
            const { cursor, event_type, job_id, limit = defaultLimit, offset = 0, reason, stream } = query
            const page = yield* archive.list({
              organizationId,
              filter: {
                ...(stream === undefined ? {} : { stream }),
                ...(reason === undefined ? {} : { reason }),
                ...(event_type === undefined ? {} : { eventType: event_type }),
                ...(job_id === undefined ? {} : { jobId: job_id })
              },
              limit,
              offset,
              ...(cursor === undefined ? {} : { cursor })
            })
            return { dead_letters: page.items, ...page.members }
          })
        )
    })
  })
)
