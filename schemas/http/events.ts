/** Events over HTTP: publish one, publish many, ask what became of one. */

import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"

import { Channel } from "../Channel.ts"
import { EventEnvelope } from "../Event.ts"
import { EventId, JobId } from "../Ids.ts"
import { Status } from "../Status.ts"
import { Authenticated } from "./Authenticated.ts"
import { Problem } from "./Problem.ts"

export const EventAccepted = Schema.Struct({
  status: Schema.Literal("accepted"),
  event_id: EventId,
  /** Recipients × channels, as counted when it was first accepted. */
  jobs_count: Schema.NullOr(Schema.Int)
})
export type EventAccepted = typeof EventAccepted.Type

const BatchResult = Schema.Union([EventAccepted, Schema.Struct({ error: Problem })])

const BatchAccepted = Schema.Struct({ results: Schema.Array(BatchResult) })
export type BatchAccepted = typeof BatchAccepted.Type

export const mostEvents = 1000

const EventJob = Schema.Struct({ job_id: JobId, user_id: Schema.String, channel: Channel, status: Status })

export const EventStory = Schema.Struct({
  event_id: EventId,
  event_type: Schema.String,
  organization_id: Schema.String,
  status: Schema.Literals(["accepted", "planning", "planned", "rejected"]),
  accepted_at: Schema.String,
  via: Schema.Literals(["http", "nats"]),
  jobs_count: Schema.NullOr(Schema.Int),
  /** The first 100. */
  jobs: Schema.Array(EventJob),
  jobs_truncated: Schema.Boolean,
  reason: Schema.NullOr(Schema.String)
})
export type EventStory = typeof EventStory.Type

export class EventsApi extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.post("publish", "/api/v1/events", {
      payload: EventEnvelope,
      success: EventAccepted.pipe(HttpApiSchema.status(202))
    }),
    HttpApiEndpoint.post("publishBatch", "/api/v1/events/batch", {
      payload: Schema.Struct({ events: Schema.Array(EventEnvelope).check(Schema.isMaxLength(mostEvents)) }),
      success: BatchAccepted.pipe(HttpApiSchema.status(207))
    }),
    HttpApiEndpoint.get("get", "/api/v1/events/:event_id", {
      params: { event_id: EventId },
      success: EventStory
    })
  )
  .middleware(Authenticated) {}
