/** KV bucket `ledger`: how far the ledger has come, so that an older Postgres is known as one. */

import { Duration, Option } from "effect"

import { defineStream } from "./StreamDefinition.ts"

export const ledgerClock = defineStream({
  name: "KV_ledger",
  description: "how far the ledger has come",
  subjects: ["$KV.ledger.>"],
  shareable: [],
  retention: "limits",
  persist: "default",
  maxAge: Option.none(),
  duplicateWindow: Duration.minutes(2),
  schedules: false,
  atomic: false,
  bucket: true
})

/** `nats kv get ledger clock` */
export const clockSubject = "$KV.ledger.clock"

/** Where `carillon doctor` stores a message to see whether the server does; beside the clock, one at a time. */
export const doctorSubject = "$KV.ledger.doctor"
