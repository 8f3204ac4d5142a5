/** The original notification call, and a user's history of deliveries. */

import { Schema, SchemaGetter } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"

import { Channel, ChannelInput } from "../Channel.ts"
import { Priority } from "../Event.ts"
import { JobId, UserId } from "../Ids.ts"
import { InstantInput } from "../Instant.ts"
import { OriginalStatus } from "../Status.ts"
import { Authenticated } from "./Authenticated.ts"
import { cursorMembers, cursorQuery } from "./Page.ts"

const optionalText = (longest: number) =>
  Schema.optionalKey(Schema.NullOr(Schema.String.check(Schema.isMaxLength(longest))))

/** The content itself; no template. */
export const SendNotification = Schema.Struct({
  type: ChannelInput,
  recipient_email: optionalText(320),
  recipient_phone: optionalText(50),
  user_id: Schema.optionalKey(Schema.NullOr(UserId)),
  subject: optionalText(998),
  content: optionalText(262_144),
  html_content: optionalText(262_144),
  /** The caller's own; `message_id` in it makes the call idempotent. */
  metadata: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown))),
  send_after: Schema.optionalKey(Schema.NullOr(InstantInput)),
  expires_at: Schema.optionalKey(Schema.NullOr(InstantInput)),
  priority: Schema.optionalKey(Schema.NullOr(Priority))
})
export type SendNotification = typeof SendNotification.Type

const NotificationQueued = Schema.Struct({
  notification: Schema.Struct({
    /** The id of the job and of the message. */
    notification_id: JobId,
    status: Schema.Literal("queued")
  })
})

export class NotificationsApi extends HttpApiGroup.make("notifications")
  .add(
    HttpApiEndpoint.post("send", "/api/v1/notifications/send", {
      payload: SendNotification,
      success: NotificationQueued.pipe(HttpApiSchema.status(202))
    })
  )
  .middleware(Authenticated) {}

const UserNotification = Schema.Struct({
  job_id: JobId,
  channel: Channel,
  template_code: Schema.String,
  /** What the message is called, e.g. its subject; null before its first attempt. */
  title: Schema.NullOr(Schema.String),
  status: OriginalStatus,
  error_code: Schema.NullOr(Schema.String),
  created_at: Schema.String,
  sent_at: Schema.NullOr(Schema.String)
})

/** In any case. */
const StatusFilter = Schema.String.pipe(
  Schema.decodeTo(Schema.String, {
    decode: SchemaGetter.transform((text: string) => text.toUpperCase()),
    encode: SchemaGetter.passthrough()
  }),
  Schema.decodeTo(OriginalStatus, {
    decode: SchemaGetter.passthrough({ strict: false }),
    encode: SchemaGetter.passthrough({ strict: false })
  })
)

export class UsersApi extends HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.get("notifications", "/api/v1/users/:user_id/notifications", {
      params: { user_id: UserId },
      query: {
        ...cursorQuery,
        status: Schema.optionalKey(StatusFilter),
        channel: Schema.optionalKey(ChannelInput)
      },
      success: Schema.Struct({ notifications: Schema.Array(UserNotification), ...cursorMembers })
    })
  )
  .middleware(Authenticated) {}
