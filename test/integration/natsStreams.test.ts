/** The topology on a real server: made, repeated, updated, refused, shared with another application. */

import { assert, describe, it } from "@effect/vitest"
import { type StreamConfig } from "@nats-io/jetstream"
import { DateTime, Duration, Effect, Layer, Option, Schedule } from "effect"

import { Consumer } from "#src/nats/Consumer.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { scheduled } from "#src/nats/Outgoing.ts"
import { request } from "#src/nats/request.ts"
import { Streams } from "#src/nats/Streams.ts"
import { allStreams } from "#streams/all.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"
import { events } from "#streams/events.ts"
import { laterSubject } from "#streams/subjects.ts"
import { clients, definition, message, messages, onServer, publish } from "#test/support/nats.ts"

const apply = Streams.use((streams) => streams.apply(allStreams, [definition]))
const status = Streams.use((streams) => streams.status(allStreams, [definition]))

const add = (config: Partial<StreamConfig> & { name: string }) =>
  request("add", (manager) => manager.streams.add(config))
const look = (name: string) =>
  Effect.map(
    request("look", (manager) => manager.streams.info(name)),
    ({ config }) => config
  )

describe("Streams.apply", () => {
  it.live("makes everything as defined, from many at once, and changes nothing when repeated", () =>
    onServer(
      Effect.fnUntraced(function* () {
        const before = yield* status
        assert.deepStrictEqual(
          before.map(({ exists }) => exists),
          allStreams.map(() => false)
        )

        yield* Effect.all([apply, apply, apply, apply], { concurrency: "unbounded" })
        const made = yield* status
        yield* apply
        assert.deepStrictEqual(yield* status, made)
        assert.deepStrictEqual(
          made.map(({ consumers, differences, exists, name }) => [
            name,
            exists,
            differences,
            consumers.length
          ]),
          ["EVENTS", "JOBS_EMAIL", "OUTCOMES", "ADVISORIES", "DLQ", "KV_ledger"].map((name) => [
            name,
            true,
            [],
            name === "JOBS_EMAIL" ? 1 : 0
          ])
        )
        assert.include(yield* look("JOBS_EMAIL"), {
          persist_mode: "async",
          max_age: 0,
          allow_msg_schedules: true
        })
        assert.include(yield* look("EVENTS"), { duplicate_window: 100_000_000, allow_atomic: true })
        const durable = yield* request("look", (manager) =>
          manager.consumers.info("JOBS_EMAIL", "deliver-email")
        )
        assert.deepInclude(durable.config, {
          ack_wait: 30_000_000_000,
          backoff: [30_000_000_000, 60_000_000_000, 120_000_000_000],
          max_deliver: 20
        })
      })
    )
  )

  it.live("updates what may be updated, and shows what differs until then", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        yield* publish(messages(3))
        const longer = { ...events, maxAge: Option.some(Duration.days(8)) }
        const slower = { ...definition, maxAckPending: 7, filterSubjects: ["jobs.email.trig.*"] }
        const { apply: applyTo, status: statusOf } = yield* Streams
        const [stream] = yield* statusOf([longer], [])
        assert.deepStrictEqual(stream?.differences, [
          { setting: "max_age", wanted: "691200000000000", found: "604800000000000", isFixed: false }
        ])
        yield* applyTo([longer, definition.stream], [slower])
        const [updated, jobs] = yield* statusOf([longer, definition.stream], [slower])
        assert.deepStrictEqual(updated?.differences, [])
        assert.deepInclude(jobs, { differences: [], messages: 3 })
        assert.deepInclude(jobs?.consumers[0], { differences: [], pending: 0 })
      })
    )
  )

  it.live("refuses what is fixed, says what to do, and leaves the stream as it is", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* add({ name: "JOBS_EMAIL", subjects: ["jobs.email.>"], retention: "limits" })
        const error = yield* Effect.flip(apply)
        assert.strictEqual(error._tag, "Incompatible")
        assert.include(
          error.message,
          "stream JOBS_EMAIL: retention is limits, wanted workqueue; persist_mode is default"
        )
        assert.include(error.message, "delete it (nats stream rm JOBS_EMAIL) and start again")
        assert.strictEqual((yield* look("JOBS_EMAIL")).retention, "limits")
      })
    )
  )

  it.live("refuses to drop schedules, and to change one server's async streams into replicas", () =>
    onServer(
      Effect.fnUntraced(function* (server) {
        yield* apply
        const { apply: applyTo } = yield* Streams
        const dropped = yield* Effect.flip(applyTo([{ ...definition.stream, schedules: false }], []))
        assert.include(dropped.message, "allow_msg_schedules is true, wanted false")

        const replicated = yield* Effect.gen(function* () {
          yield* NatsConnection.use(({ awaitUp }) => awaitUp)
          return yield* Streams.use((streams) => Effect.flip(streams.apply([definition.stream], [])))
        }).pipe(Effect.scoped, Effect.provide(Layer.fresh(clients(server.url, "3"))))
        assert.include(replicated.message, "persist_mode is async, wanted default")
      })
    )
  )

  it.live("says whose stream holds the subjects that are ours alone", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* add({ name: "OTHER", subjects: ["jobs.email.tx.*"] })
        const error = yield* Effect.flip(apply)
        assert.include(
          error.message,
          "stream JOBS_EMAIL: its subjects jobs.email.> are held by OTHER already"
        )
      })
    )
  )

  it.live("sources a platform subject that another stream holds, from now on, and claims the rest", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* add({ name: "USERS", subjects: ["user.created", "user.deleted"] })
        const toUsers = (text: string) => [{ subject: "user.created", data: new TextEncoder().encode(text) }]
        yield* publish(toUsers("before"))
        yield* apply
        yield* apply
        const config = yield* look("EVENTS")
        assert.sameMembers(config.subjects, ["events.*.>", "notification.>", "task.>", "event.>"])
        assert.deepStrictEqual(
          config.sources?.map(({ filter_subject, name }) => [name, filter_subject]),
          [["USERS", "user.>"]]
        )

        yield* publish(toUsers("after"))
        const { getMessage } = yield* Streams
        const sourced = yield* Effect.flatMap(getMessage("EVENTS", 1), Effect.fromOption).pipe(
          Effect.retry({ times: 100, schedule: Schedule.spaced("50 millis") })
        )
        assert.strictEqual(sourced.subject, "user.created")
        assert.strictEqual(new TextDecoder().decode(sourced.data), "after")
      })
    )
  )

  it.live("claims a platform subject when its holder is gone", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* add({ name: "USERS", subjects: ["user.>"] })
        yield* apply
        yield* request("delete", (manager) => manager.streams.delete("USERS"))
        yield* apply
        const config = yield* look("EVENTS")
        assert.include(config.subjects, "user.>")
        assert.lengthOf(config.sources ?? [], 0)
      })
    )
  )

  it.live("refuses to source from a work queue", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* add({ name: "TASKS", subjects: ["task.>"], retention: "workqueue" })
        assert.include((yield* Effect.flip(apply)).message, "TASKS holds task.> as a work queue")
      })
    )
  )
})

describe("Streams.deleteMessage", () => {
  it.live("removes a message, and is done as well where it or its stream is gone", () =>
    onServer(
      Effect.fnUntraced(function* () {
        yield* apply
        yield* publish(messages(1))
        const { deleteMessage, getMessage, mark } = yield* Streams
        assert.isTrue(Option.isSome(yield* getMessage("JOBS_EMAIL", 1)))
        yield* deleteMessage("JOBS_EMAIL", 1)
        yield* deleteMessage("JOBS_EMAIL", 1)
        yield* deleteMessage("JOBS_EMAIL", 99)
        yield* deleteMessage("NONE", 1)
        assert.deepStrictEqual(yield* getMessage("JOBS_EMAIL", 1), Option.none())
        assert.deepStrictEqual(yield* getMessage("NONE", 1), Option.none())
        assert.strictEqual(Option.getOrThrow(yield* mark("JOBS_EMAIL")).lastSequence, 1)
        assert.deepStrictEqual(yield* mark("NONE"), Option.none())
      })
    )
  )
})

describe("Streams.orphans", () => {
  it.live("names what a work queue's durable gave up, and nothing that is acked, waiting or scheduled", () =>
    onServer(
      Effect.fnUntraced(function* () {
        const impatient: ConsumerDefinition = {
          ...definition,
          backoff: [Duration.millis(100)],
          maxDeliver: 2
        }
        const { apply: applyTo, orphans } = yield* Streams
        yield* applyTo([definition.stream], [impatient])
        const tomorrow = DateTime.formatIso(DateTime.addDuration(yield* DateTime.now, "1 day"))
        const later = laterSubject({ channel: "email", lane: "tx", key: "default", jobId: "1" })
        yield* publish([scheduled(message(0), { subject: later, at: tomorrow }), ...messages(4)])
        assert.deepStrictEqual(yield* orphans(impatient), [])

        const consumer = yield* Consumer
        yield* consumer.consume(impatient, (batch) =>
          Effect.sync(() => {
            batch.forEach((message) => (message.sequence % 2 === 1 ? message.ack() : undefined))
            return Option.none()
          })
        )
        const found = yield* orphans(impatient).pipe(
          Effect.repeat({ until: (found) => found.length === 2, schedule: Schedule.spaced("50 millis") }),
          Effect.timeout("10 seconds")
        )
        assert.deepStrictEqual(found, [2, 4])
      })
    )
  )
})
