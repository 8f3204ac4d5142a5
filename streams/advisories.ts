/** ADVISORIES: what JetStream itself gave up on. Each is a question to the ledger, not an answer. */

import { Duration, Option } from "effect"

import { defineStream } from "./StreamDefinition.ts"

export const advisories = defineStream({
  name: "ADVISORIES",
  description: "deliveries exhausted and messages terminated",
  subjects: ["$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>", "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>"],
  shareable: [],
  retention: "workqueue",
  persist: "default",
  maxAge: Option.none(),
  duplicateWindow: Duration.minutes(2),
  schedules: false,
  atomic: false
})
