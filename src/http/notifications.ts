/** The original notification call, and a user's own history. */

import { Effect, Result } from "effect"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { SendNotification } from "#schemas/http/notifications.ts"
import { defaultLimit } from "#schemas/http/Page.ts"
import { makeProblem } from "#schemas/http/Problem.ts"
import { shorten } from "#schemas/Instant.ts"
import { type OriginalStatus, Status, toOriginal } from "#schemas/Status.ts"
import { type StoryRow } from "#src/domain/story.ts"
import { decodeStrict } from "#src/domain/strictBody.ts"
import { Notifications } from "#src/services/Notifications.ts"
import { Stories } from "#src/services/Stories.ts"

import { CurrentRequest } from "./CurrentRequest.ts"
import { idempotencyKey } from "./idempotent.ts"
import { invalidBody, problemOfRefusal, respond } from "./problem.ts"
import { limits_bytes, readJson } from "./readBody.ts"

const decode = decodeStrict(SendNotification)

/** Where it was asked for by a key, the same key for something else is a conflict of keys. */
const refused = (refusal: Parameters<typeof problemOfRefusal>[0]) =>
  refusal.reason === "event_conflict"
    ? makeProblem("idempotency_conflict", "this key was used for another notification")
    : problemOfRefusal(refusal)

const send = Effect.gen(function* () {
  const notifications = yield* Notifications
  const { value } = yield* readJson(limits_bytes.event)
  const request = yield* Effect.mapError(Effect.fromResult(decode(value)), invalidBody)
  const key = yield* idempotencyKey
  const { organizationId } = yield* Caller
  const { traceparent } = yield* CurrentRequest
  const answer = yield* notifications.send({ organizationId, request, key, traceparent })
  const notification_id = yield* Effect.fromResult(Result.mapError(answer, refused))
  return { notification: { notification_id, status: "queued" as const } }
})

export const NotificationsHandlers = HttpApiBuilder.group(
  Api,
  "notifications",
  Effect.fnUntraced(function* (handlers) {
    const notifications = yield* Notifications
    return handlers.handleRaw("send", () =>
      respond(Effect.provideService(send, Notifications, notifications))
    )
  })
)

/** All statuses that had this name with the original callers. */
const statusesOf = (original: OriginalStatus): ReadonlyArray<Status> =>
  Status.literals.filter((status) => toOriginal(status) === original)

const describe = (row: StoryRow) => {
  const status = toOriginal(row.status)
  return {
    job_id: row.message_id,
    channel: row.channel_type,
    template_code: row.template_code,
    title: row.title,
    status,
    error_code: status === "FAILED" ? (row.reason ?? row.status) : null,
    created_at: shorten(row.queued_at),
    sent_at: row.sent_at === null ? null : shorten(row.sent_at)
  }
}

export const UsersHandlers = HttpApiBuilder.group(
  Api,
  "users",
  Effect.fnUntraced(function* (handlers) {
    const stories = yield* Stories
    return handlers.handle("notifications", ({ params, query }) =>
      respond(
        Effect.gen(function* () {
          const { organizationId } = yield* Caller
          const { channel, cursor, limit = defaultLimit, offset = 0, status } = query
          const page = yield* stories.messages({
            organizationId,
            filter: {
              userId: params.user_id,
              ...(channel === undefined ? {} : { channel }),
              ...(status === undefined ? {} : { statuses: statusesOf(status) })
            },
            limit,
            offset,
            ...(cursor === undefined ? {} : { cursor })
          })
          return { notifications: page.items.map(describe), ...page.members }
        })
      )
    )
  })
)
