/** EVENTS: what happened, ours and the platform's; the record of what NATS publishers were acknowledged. */

import { Duration, Option } from "effect"

import { defineStream } from "./StreamDefinition.ts"

export const events = defineStream({
  name: "EVENTS",
  description: "what happened, by organization and type",
  subjects: ["events.*.>"],
  shareable: ["user.>", "notification.>", "task.>", "event.>"],
  retention: "limits",
  persist: "default",
  maxAge: Option.some(Duration.days(7)),
  // The least there is: the ledger dedupes. A message id is global to the stream, an event id is not.
  duplicateWindow: Duration.millis(100),
  schedules: false,
  // The relay publishes what came over HTTP: one fsync a batch.
  atomic: true
})
