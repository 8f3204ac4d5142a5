/** The events of a load as publishers write them. */

import { DateTime } from "effect"

import { type Item, type PoisonPublication } from "./Load.ts"

const iso = (at: number): string => DateTime.formatIso(DateTime.makeUnsafe(at))

/** Enough for any number of kills: it is not the attempts that run out. */
const patient = { max_attempts: 60, retry_delays_seconds: [1, 1, 2] }

export const typeOf = (item: Item): string =>
  item.messageClass === "campaign" ? "promotion" : "user_registered"

/** @param startedAt the begin of the load, in milliseconds since the epoch: the same event has the same body always */
export const bodyOf = (item: Item, startedAt: number) => ({
  event_id: item.eventId,
  event_type: typeOf(item),
  source: "chaos",
  occurred_at: iso(startedAt),
  payload: { user_id: item.userId, email: item.address, first_name: "Ada" },
  delivery: {
    ...patient,
    ...(item.notBefore_ms > 0 && { send_after: iso(startedAt + item.notBefore_ms) }),
    ...(item.kind === "late" && { expires_at: iso(startedAt - 1000) })
  }
})

/** Its subject and its body, which is text where it is no JSON. */
export const poisonBody = (
  { eventId, poison }: PoisonPublication,
  startedAt: number
): readonly [string, unknown] => {
  const event = {
    event_id: eventId,
    event_type: "user_registered",
    source: "chaos",
    occurred_at: iso(startedAt),
    payload: { user_id: "u-poison", email: "poison@usual.example" }
  }
  switch (poison) {
    case "invalid_json":
      return ["events.default.user_registered", JSON.stringify(event).slice(0, -3)]
    case "unknown_event_type":
      return ["events.default.nobody_knows", { ...event, event_type: "nobody_knows" }]
    case "invalid_payload":
      return ["events.default.user_registered", { ...event, payload: { user_id: 7 } }]
    case "no_template":
      return ["events.default.poison", { ...event, event_type: "poison" }]
  }
}
