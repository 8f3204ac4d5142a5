/** An event from the command line: its id is drawn and its instant is now. */

import { randomUUID } from "node:crypto"

import { Clock, Console, Context, Effect, Layer, Option, Schema } from "effect"

import { type EventEnvelope } from "#schemas/Event.ts"
import { EventAccepted } from "#schemas/http/events.ts"
import { defaultOrganization, EventId, EventType } from "#schemas/Ids.ts"
import { toInstant } from "#src/domain/instants.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { eventSubject } from "#streams/subjects.ts"

import { post } from "./ApiClient.ts"
import { asJson } from "./asJson.ts"
import { connected } from "./connected.ts"
import { environmentWith } from "./environment.ts"
import { WrongUse } from "./errors.ts"

export interface Asked {
  readonly type: string
  readonly data: Option.Option<string>
  /** Its text. */
  readonly file: Option.Option<string>
  readonly user: Option.Option<string>
  readonly source: string
  readonly http: boolean
  readonly json: boolean
}

const Payload = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

const payloadOf = Effect.fnUntraced(function* ({ data, file, user }: Asked) {
  if (Option.isSome(data) && Option.isSome(file))
    return yield* new WrongUse({ reason: "Give the payload by --data or by --file, not by both." })
  const text = Option.getOrElse(
    Option.orElse(data, () => file),
    () => "{}"
  )
  const payload = yield* Schema.decodeEffect(Payload)(text).pipe(
    Effect.mapError(() => new WrongUse({ reason: "The payload must be a JSON object." }))
  )
  return Option.match(user, { onNone: () => payload, onSome: (user_id) => ({ ...payload, user_id }) })
})

const eventTypeOf = (type: string) =>
  Schema.decodeEffect(EventType)(type).pipe(
    Effect.mapError(({ message }) => new WrongUse({ reason: `The type of an event: ${message}` }))
  )

const overNats = (event: EventEnvelope) =>
  Layer.build(Layer.provide(connected, environmentWith("NATS_URL"))).pipe(
    Effect.flatMap((context) =>
      Context.get(context, Publisher).publish({
        subject: eventSubject({ organization: defaultOrganization, eventType: event.event_type }),
        data: new TextEncoder().encode(JSON.stringify(event))
      })
    ),
    Effect.scoped,
    Effect.as({ event_id: event.event_id })
  )

export const publish = Effect.fnUntraced(function* (asked: Asked) {
  const event: EventEnvelope = {
    event_id: EventId.make(yield* Effect.sync(() => randomUUID())),
    event_type: yield* eventTypeOf(asked.type),
    source: asked.source,
    occurred_at: toInstant(yield* Clock.currentTimeMillis),
    payload: yield* payloadOf(asked)
  }
  const answer = yield* asked.http
    ? post("/api/v1/events", event, { schema: EventAccepted })
    : overNats(event)
  yield* Console.log(asked.json ? asJson(answer) : answer.event_id)
})
