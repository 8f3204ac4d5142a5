/** A batch of arrived events, checked and planned by one look at the types that it needs. */

import { Effect, Option, Result } from "effect"

import { type ArrivedEvent, checkEvent } from "#src/domain/checkEvent.ts"
import { directDefinition, directEventType } from "#src/domain/directNotification.ts"
import { notBuilt } from "#src/domain/eventTypes.ts"
import { compilePayloadSchema } from "#src/domain/payloadSchema.ts"
import { type CheckedEvent } from "#src/domain/plan.ts"
import { type DefinedType, type PlannedEvent, planEvent } from "#src/domain/planEvent.ts"

import { type BuiltIns } from "./BuiltIns.ts"
import { eventTypeKey, type EventTypes } from "./EventTypes.ts"

export interface IncomingEvent extends ArrivedEvent {
  readonly via: "http" | "nats"
  /** W3C Trace Context. */
  readonly traceparent?: string
}

/** An event that may be recorded, unless its id is taken. */
export interface Candidate extends PlannedEvent {
  readonly incoming: IncomingEvent
}

/** `organization/event`. */
export const keyOf = ({ event }: PlannedEvent): string => `${event.organizationId}/${event.envelope.event_id}`

/** What every organization has without a row. */
const directType: DefinedType = {
  definition: directDefinition,
  checkPayload: Result.getOrThrow(compilePayloadSchema(directDefinition.payload_schema ?? {}))
}

const typeKeyOf = ({ envelope, organizationId }: CheckedEvent) => ({
  organizationId,
  eventType: envelope.event_type
})

/** Answers one for each event, in order. */
export const makePlanBatch = (builtIns: BuiltIns["Service"], eventTypes: EventTypes["Service"]) =>
  Effect.fnUntraced(function* (incoming: ReadonlyArray<IncomingEvent>) {
    const checked = incoming.map((one) => Result.map(checkEvent(one), (event) => ({ event, incoming: one })))
    const keys = checked.flatMap((one) => (Result.isSuccess(one) ? [typeKeyOf(one.success.event)] : []))
    if (keys.length > 0) yield* builtIns.ensure(keys.map(({ organizationId }) => organizationId))
    const types = yield* eventTypes.find(keys)
    const typeOf = (event: CheckedEvent): Option.Option<DefinedType> =>
      event.envelope.event_type === directEventType
        ? Option.some(directType)
        : Option.fromUndefinedOr(types.get(eventTypeKey(typeKeyOf(event))))
    return checked.map(
      Result.flatMap(({ event, incoming }) =>
        Result.map(planEvent(event, typeOf(event), notBuilt), (planned): Candidate => ({
          ...planned,
          incoming
        }))
      )
    )
  })
