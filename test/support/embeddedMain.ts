/** One machine in a process of its own, to be killed: says where it is as one line of JSON, then stays. */

import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Option, Redacted, Schema } from "effect"

import { Embedded } from "#src/embedded/Embedded.ts"
import { writeRunFile } from "#src/embedded/runFile.ts"

const Addresses = Schema.Struct({
  nats: Schema.String,
  postgres: Schema.String,
  smtp: Schema.String,
  mail: Schema.String
})
export const AddressesJson = Schema.fromJsonString(Addresses)

const main = Effect.gen(function* () {
  const { home, natsUrl, databaseUrl, smtpUrl, mailUrl } = yield* Embedded
  const addresses = {
    nats: natsUrl,
    postgres: Redacted.value(databaseUrl),
    smtp: Redacted.value(smtpUrl),
    mail: Option.getOrThrow(mailUrl)
  }
  yield* writeRunFile(home.path, { pid: process.pid, http: "http://127.0.0.1:8240", ...addresses })
  yield* Console.log(yield* Schema.encodeEffect(AddressesJson)(addresses))
  return yield* Effect.never
})

if (import.meta.main)
  main.pipe(Effect.provide(Layer.provideMerge(Embedded.layer, NodeServices.layer)), NodeRuntime.runMain)
