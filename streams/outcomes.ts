/** OUTCOMES: what became of jobs, announced through the outbox with ids that a repetition derives again. */

import { Duration, Option } from "effect"

import { defineStream } from "./StreamDefinition.ts"

export const outcomes = defineStream({
  name: "OUTCOMES",
  description: "what became of jobs, by channel and status",
  subjects: ["outcomes.>"],
  shareable: [],
  retention: "limits",
  persist: "async",
  maxAge: Option.some(Duration.days(7)),
  duplicateWindow: Duration.minutes(2),
  schedules: false,
  atomic: false
})
