/** Finds the story behind an id, and tells it. */

import { Console, Effect, Option } from "effect"
import { TerminalCapabilities } from "effect/cli"

import { DeliveryStory } from "#schemas/http/deliveries.ts"
import { EventStory } from "#schemas/http/events.ts"

import { find, get } from "../ApiClient.ts"
import { asJson } from "../asJson.ts"
import { NotFound } from "../errors.ts"
import { tellDelivery } from "./delivery.ts"
import { tellEvent } from "./event.ts"
import { makePaint } from "./paint.ts"

const atOnce = 8

const deliveryPath = (id: string): string => `/api/v1/deliveries/${encodeURIComponent(id)}`

interface Found {
  readonly event: Option.Option<EventStory>
  readonly deliveries: ReadonlyArray<DeliveryStory>
}

const ofEvent = Effect.fnUntraced(function* (event: EventStory) {
  const deliveries = yield* Effect.forEach(
    event.jobs,
    ({ job_id }) => get(deliveryPath(job_id), DeliveryStory),
    { concurrency: atOnce }
  )
  return { event: Option.some(event), deliveries } satisfies Found
})

const look = Effect.fnUntraced(function* (id: string) {
  const delivery = yield* find(deliveryPath(id), DeliveryStory)
  if (Option.isSome(delivery)) return { event: Option.none(), deliveries: [delivery.value] } satisfies Found
  const event = yield* find(`/api/v1/events/${encodeURIComponent(id)}`, EventStory)
  if (Option.isNone(event)) return yield* new NotFound({ what: `message or event ${id}` })
  return yield* ofEvent(event.value)
})

const lines = ({ deliveries, event }: Found, isColoured: boolean): ReadonlyArray<string> => {
  const paint = makePaint(isColoured)
  return [
    ...Option.match(event, { onNone: () => [], onSome: (event) => tellEvent(event, paint) }),
    ...deliveries.flatMap((delivery) => ["", ...tellDelivery(delivery, paint)])
  ]
}

export const trace = Effect.fnUntraced(function* ({
  id,
  json
}: {
  readonly id: string
  readonly json: boolean
}) {
  const found = yield* look(id)
  const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
  const { deliveries, event } = found
  yield* Console.log(
    json
      ? asJson({ event: Option.getOrNull(event), deliveries })
      : lines(found, canColor).join("\n").trimStart()
  )
})
