/** bury-dead-letters: ADVISORIES → the question to the ledger → put back, planned again, or buried. */

import { Duration, Effect, Schedule } from "effect"

import { type Advisory, decodeAdvisory } from "#schemas/Advisory.ts"
import { Verdict } from "#src/domain/Verdict.ts"
import { type Decode } from "#src/nats/decodeBatch.ts"
import { Burial } from "#src/services/Burial.ts"
import { readAs } from "#src/services/readMessage.ts"
import { advisories } from "#streams/advisories.ts"
import { type ConsumerDefinition, redelivery } from "#streams/ConsumerDefinition.ts"

import { consumer } from "./run.ts"

export const definition: ConsumerDefinition = {
  durable: "bury-dead-letters",
  stream: advisories,
  filterSubjects: [],
  ...redelivery,
  maxAckPending: 100,
  maxBatch: 50
}

const read = readAs(decodeAdvisory, "invalid_event" as const)
const decode: Decode<Advisory, "invalid_json" | "invalid_event"> = ({ data }) => read(data)

const notNow = Verdict.Later({ delay: Duration.seconds(5) })

/** Held while the ledger is away, which uses up no deliveries; where NATS cannot be asked, it comes again. */
const judge = (advisory: Advisory) =>
  Burial.use((burial) => burial.judge(advisory)).pipe(
    Effect.retry({
      while: ({ _tag }) => _tag === "LedgerUnreachable",
      schedule: Schedule.spaced("1 second")
    }),
    Effect.as(Verdict.Done()),
    Effect.catch((error) => Effect.as(Effect.logWarning("not judged yet", error), notNow))
  )

export const layer = consumer({ definition, decode, handle: (batch) => Effect.forEach(batch, judge) })
