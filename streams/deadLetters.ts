/** DLQ: copies of the dead letters with reason, history and body, for the nats CLI. The table is the truth. */

import { Duration, Option } from "effect"

import { defineStream } from "./StreamDefinition.ts"

export const deadLetters = defineStream({
  name: "DLQ",
  description: "dead letters, by stream and durable",
  subjects: ["dlq.>"],
  shareable: [],
  retention: "limits",
  persist: "default",
  maxAge: Option.some(Duration.days(90)),
  duplicateWindow: Duration.minutes(2),
  schedules: false,
  atomic: false
})
