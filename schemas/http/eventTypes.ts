/** Event types over HTTP: what an event leads to, as operators write it. */

import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"

import { EventTypeAnswer, EventTypeBody } from "../EventDefinition.ts"
import { EventType } from "../Ids.ts"
import { Authenticated } from "./Authenticated.ts"
import { pageMembers, pageQuery } from "./Page.ts"

const params = { event_type: EventType }

/** The body of a PUT need not repeat the name. */
const EventTypeReplacement = Schema.Struct({
  ...EventTypeBody.fields,
  event_type: Schema.optionalKey(EventType)
})

/** Answers about one type carry its version as `ETag`; `If-Match` guards PUT and DELETE. */
export class EventTypesApi extends HttpApiGroup.make("eventTypes")
  .add(
    HttpApiEndpoint.post("create", "/", {
      payload: EventTypeBody,
      success: EventTypeAnswer.pipe(HttpApiSchema.status(201))
    }),
    HttpApiEndpoint.get("list", "/", {
      query: pageQuery,
      success: Schema.Struct({ event_types: Schema.Array(EventTypeAnswer), ...pageMembers })
    }),
    HttpApiEndpoint.get("get", "/:event_type", { params, success: EventTypeAnswer }),
    HttpApiEndpoint.put("put", "/:event_type", {
      params,
      payload: EventTypeReplacement,
      success: EventTypeAnswer
    }),
    HttpApiEndpoint.delete("remove", "/:event_type", { params, success: HttpApiSchema.NoContent })
  )
  .middleware(Authenticated)
  .prefix("/api/v1/event-types") {}
