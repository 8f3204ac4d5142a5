/** An advisory is a question: is the message that JetStream gave up dead, or merely unlucky? The ledger answers. */

import { Clock, Context, Effect, Layer, Option, Result } from "effect"

import { type Advisory } from "#schemas/Advisory.ts"
import { Channel } from "#schemas/Channel.ts"
import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type JobId } from "#schemas/Ids.ts"
import { type DeadMessage } from "#src/domain/burial.ts"
import { crashLoop } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { type NatsAway, type NotAcknowledged } from "#src/nats/errors.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { type StoredMessage, Streams, type StreamsError } from "#src/nats/Streams.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { announceJob } from "./announceJob.ts"
import { DeadLetters } from "./DeadLetters.ts"
import { incomingEvent } from "./incomingEvent.ts"
import { Planning } from "./Planning.ts"
import { readJob } from "./readMessage.ts"
import { Settling } from "./Settling.ts"

/** A killed worker costs all it had buffered a delivery; a message that is given up this often kills them itself. */
const mostExhaustions = 3

/** Advisories come from every stream of the account; other applications' messages are theirs. */
const isOurs = ({ consumer, stream }: Advisory): boolean =>
  Channel.literals.some(
    (channel) => stream === `JOBS_${channel.toUpperCase()}` && consumer === `deliver-${channel}`
  ) ||
  (stream === "EVENTS" && consumer === "plan-events") ||
  (stream === "ADVISORIES" && consumer === "bury-dead-letters")

interface Death {
  readonly reason: DeadLetterReason
  readonly detail: string
}

const toDeadMessage = (advisory: Advisory, message: StoredMessage, why: Death): DeadMessage => ({
  ...why,
  stream: advisory.stream,
  consumer: advisory.consumer,
  sequence: advisory.stream_seq,
  deliveries: advisory.deliveries,
  subject: message.subject,
  timestamp: message.timestamp,
  headers: message.headers,
  body: message.data
})

export class Burial extends Context.Service<
  Burial,
  {
    /** Returns when the message is put back, planned again or buried; recorded first, removed after. Safe to repeat. */
    readonly judge: (
      advisory: Advisory
    ) => Effect.Effect<void, LedgerUnreachable | NatsAway | NotAcknowledged | StreamsError>
  }
>()("carillon/services/Burial") {
  static readonly layer = Layer.effect(
    Burial,
    Effect.gen(function* () {
      const streams = yield* Streams
      const ledger = yield* Ledger
      const publisher = yield* Publisher
      const letters = yield* DeadLetters
      const planning = yield* Planning
      const settling = yield* Settling

      const bury = (advisory: Advisory, message: StoredMessage, why: Death) =>
        letters.record([toDeadMessage(advisory, message, why)])

      /** A hint of its row is published again, unless JetStream has given up on it too often. */
      const putBack = Effect.fnUntraced(function* (id: JobId, sequence: number) {
        const exhaustions = yield* ledger.countExhaustion(id, sequence)
        const [row] = yield* ledger.open([id])
        if (row === undefined || row.status === "sending") return
        const now = toInstant(yield* Clock.currentTimeMillis)
        yield* exhaustions >= mostExhaustions
          ? settling.settle([crashLoop(row, now)])
          : publisher.publish(announceJob(row, now))
      })

      const judgeJob = Effect.fnUntraced(function* (advisory: Advisory, message: StoredMessage) {
        const job = readJob(message.data)
        if (Result.isFailure(job)) return yield* bury(advisory, message, job.failure)
        const [loaded] = yield* ledger.load([job.success.job_id])
        return yield* loaded?.judgement === "missing"
          ? bury(advisory, message, { reason: "missing_row", detail: "the ledger has no row for this job" })
          : putBack(job.success.job_id, advisory.stream_seq)
      })

      const judgeEvent = Effect.fnUntraced(function* (advisory: Advisory, message: StoredMessage) {
        const event = incomingEvent(message)
        if (Result.isFailure(event)) return yield* bury(advisory, message, event.failure)
        const [answer] = yield* planning.accept([event.success])
        if (answer !== undefined && Result.isFailure(answer)) yield* bury(advisory, message, answer.failure)
      })

      const judge = Effect.fn("Burial.judge")(function* (advisory: Advisory) {
        if (!isOurs(advisory)) return
        const found = yield* streams.getMessage(advisory.stream, advisory.stream_seq)
        if (Option.isNone(found)) return
        if (advisory.stream === "EVENTS") return yield* judgeEvent(advisory, found.value)
        yield* advisory.stream.startsWith("JOBS_")
          ? judgeJob(advisory, found.value)
          : bury(advisory, found.value, {
              reason: "crash_loop",
              detail: advisory.reason ?? `given up after ${advisory.deliveries} deliveries`
            })
        yield* streams.deleteMessage(advisory.stream, advisory.stream_seq)
      })

      return Burial.of({ judge })
    })
  )
}
