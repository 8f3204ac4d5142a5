/** Publishing to a real JetStream: flights, atomic batches by raw headers, messages for later. */

import { assert, describe, it } from "@effect/vitest"
import { DateTime, type Duration, Effect, Option } from "effect"

import { type Outgoing, scheduled } from "#src/nats/Outgoing.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { Streams } from "#src/nats/Streams.ts"
import { events } from "#streams/events.ts"
import { eventSubject, jobSubject, laterSubject } from "#streams/subjects.ts"
import { consumeOnce, definition, message, messages, onServer, publish } from "#test/support/nats.ts"

const apply = Streams.use((streams) => streams.apply([events, definition.stream], [definition]))

const encode = (text: string) => new TextEncoder().encode(text)

const event = (n: number, headers: Outgoing["headers"] = {}): Outgoing => ({
  subject: eventSubject({ organization: "default", eventType: "user_registered" }),
  data: encode(String(n)),
  headers
})
const eventList = (count: number) => Array.from({ length: count }, (_, n) => event(n))

const lastSequence = (stream: string) =>
  Effect.map(
    Streams.use(({ mark }) => mark(stream)),
    (mark) => Option.getOrThrow(mark).lastSequence
  )

describe("Publisher.publishAll", () => {
  it.live("stores a flight of 3,000 in its order", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        yield* publish(messages(3000))
        const stored = yield* Streams.use(({ getMessage }) => getMessage("JOBS_EMAIL", 3000))
        assert.deepStrictEqual(Option.getOrThrow(stored).data, encode("2999"))
      })
    )
  )

  it.live("names the messages of a flight that no stream takes", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        const astray = { ...message(2), subject: "nowhere" }
        const error = yield* Effect.flip(publish([message(1), astray]))
        assert.deepInclude(error, {
          _tag: "NotAcknowledged",
          messages: [{ index: 1, subject: "nowhere", why: "no stream takes this subject" }]
        })
      })
    )
  )
})

describe("Publisher.publishAtomic", () => {
  it.live("stores 2,001 messages in three batches, one of them of a single message, headers kept", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        const last = event(2000, { "Carillon-Accepted-At": "2026-11-21T12:00:00.000Z" })
        yield* Publisher.use(({ publishAtomic }) => publishAtomic([...eventList(2000), last]))
        assert.strictEqual(yield* lastSequence("EVENTS"), 2001)
        const stored = Option.getOrThrow(yield* Streams.use(({ getMessage }) => getMessage("EVENTS", 2001)))
        assert.deepStrictEqual(stored.data, encode("2000"))
        assert.strictEqual(stored.headers["Carillon-Accepted-At"], "2026-11-21T12:00:00.000Z")
      })
    )
  )

  it.live("stores nothing of a batch that the server refuses, and says why", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        const wrong = event(1, { "Nats-Expected-Last-Sequence": "77" })
        const { publishAtomic } = yield* Publisher
        const error = yield* Effect.flip(publishAtomic([wrong, event(2)]))
        assert.include(error, { _tag: "BatchNotAcknowledged", stored: 0, why: "wrong last sequence: 0" })
        assert.strictEqual(yield* lastSequence("EVENTS"), 0)
      })
    )
  )

  it.live("says so where the stream admits no batches", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        const { publishAtomic } = yield* Publisher
        const error = yield* Effect.flip(publishAtomic(messages(2)))
        assert.include(error, { _tag: "BatchNotAcknowledged", why: "atomic publish is disabled" })
      })
    )
  )
})

describe("scheduled", () => {
  const job = { channel: "email", lane: "tx", key: "default" } as const
  const laterBy = (from: DateTime.Utc, delay: Duration.Input, body: string) =>
    scheduled(
      { subject: jobSubject(job), data: encode(body), headers: { traceparent: "t" } },
      {
        subject: laterSubject({ ...job, jobId: "job-1" }),
        at: DateTime.formatIso(DateTime.addDuration(from, delay))
      }
    )

  it.live("is delivered at its target when it is due, never early, and once though it was replaced", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        const now = yield* DateTime.now
        yield* publish([laterBy(now, "1 hour", "1"), laterBy(now, "1200 millis", "2")])
        const delivered = yield* consumeOnce
        assert.deepStrictEqual(
          [delivered.subject, new TextDecoder().decode(delivered.data), delivered.headers["traceparent"]],
          [jobSubject(job), "2", "t"]
        )
        assert.isAtLeast(delivered.timestamp, DateTime.toEpochMillis(now) + 1200)
        const [status] = yield* Streams.use((streams) => streams.status([definition.stream], []))
        assert.strictEqual(status?.messages, 1)
      })
    )
  )
})
