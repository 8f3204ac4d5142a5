/** Messages that wait and messages that come too late, by both ways in; what waits survives every restart. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { runCommand } from "#src/embedded/runCommand.ts"
import { eventually } from "#test/support/eventually.ts"
import { stoppablePostgres } from "#test/support/faults.ts"
import { each, registration } from "#test/support/httpCall.ts"
import { inSeconds } from "#test/support/later.ts"
import { findNatsCli } from "#test/support/natsCli.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"
import { countTaken, systemOn, terminate } from "#test/support/system.ts"

const tomorrow_seconds = 86_400
/** Enough for all restarts between. */
const soon_seconds = 15

/** Later than this is a defect, not a busy machine. */
const latest_ms = 5000

const onDatabase = Effect.fnUntraced(function* (url: string) {
  const system = yield* systemOn(url)
  const { call, publisher } = system
  return {
    ...system,
    /** One event over HTTP and one over NATS; their ids. */
    publishBoth: Effect.fnUntraced(function* (delivery: Readonly<Record<string, unknown>>) {
      const [first, second] = [registration({ delivery }), registration({ delivery })]
      const { status, text } = yield* call({ path: "/api/v1/events", body: first })
      assert.strictEqual(status, 202, text)
      yield* publisher.publish("events.default.user_registered", second)
      return [first, second]
    }),
    /** The jobs whose schedules lie in the stream. */
    scheduled: Effect.map(publisher.subjects("JOBS_EMAIL", "jobs.email.later.>"), (subjects) =>
      Object.keys(subjects).map((subject) => subject.split(".").at(-1))
    )
  }
})

describe("delivery.send_after and delivery.expires_at", () => {
  it.live("are obeyed over HTTP and NATS: not before, and not after", () =>
    Effect.gen(function* () {
      const { awaitSettled, call, publishBoth, sink, start } = yield* Effect.flatMap(
        freshDatabase,
        onDatabase
      )
      yield* start("all")
      const dueAt = inSeconds(2)
      yield* publishBoth({ send_after: dueAt })
      const late = yield* publishBoth({ expires_at: inSeconds(-1) })
      const rows = yield* awaitSettled(4)

      const ids = new Set<string>(late.map(({ event_id }) => event_id))
      const expired = rows.filter(({ event_id }) => ids.has(event_id))
      assert.deepStrictEqual(
        expired.map(({ attempt, status }) => ({ attempt, status })),
        [
          { attempt: 0, status: "expired" },
          { attempt: 0, status: "expired" }
        ]
      )
      const sent = rows.filter(({ status }) => status === "sent").map(({ message_id }) => message_id)
      assert.deepStrictEqual(new Set(countTaken(sink.taken).keys()), new Set(sent))
      assert.deepStrictEqual([sent.length, sink.taken.length], [2, 2])
      for (const { takenAt } of sink.taken) {
        assert.isAtLeast(takenAt, Date.parse(dueAt))
        assert.isBelow(takenAt, Date.parse(dueAt) + latest_ms)
      }
      const shown = yield* call({ path: `/api/v1/users/${expired[0]?.user_id}/notifications` })
      assert.deepStrictEqual(each(shown, "notifications", "status"), ["EXPIRED"])
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("outlive restarts of NATS, of Postgres and of the process, and an erased JetStream store", () =>
    Effect.gen(function* () {
      const postgres = yield* stoppablePostgres
      const { nats, publishBoth, rows, scheduled, sink, start } = yield* onDatabase(postgres.url)
      const first = yield* start("all")
      const dueAt = inSeconds(soon_seconds)
      yield* publishBoth({ send_after: dueAt })
      yield* publishBoth({ send_after: inSeconds(tomorrow_seconds) })
      const waiting = yield* eventually("four messages", rows, { holds: ({ length }) => length === 4 })
      const ids = waiting.map(({ message_id }) => message_id)
      const allScheduled = eventually("a schedule for each", scheduled, {
        holds: (found) => ids.every((id) => found.includes(id))
      })
      yield* allScheduled
      const program = yield* findNatsCli
      const shown = yield* runCommand({
        program,
        args: ["--server", nats.url, "stream", "subjects", "JOBS_EMAIL", "--names"]
      })
      for (const id of ids) assert.include(shown, `jobs.email.later.tx.default.${id}`)

      yield* nats.restart
      yield* allScheduled
      yield* postgres.stop
      yield* postgres.start
      assert.strictEqual((yield* terminate(first)).code, 0)
      yield* start("all")
      yield* nats.stop
      yield* nats.erase
      yield* nats.start
      yield* eventually("a schedule again for each that is not due", scheduled, {
        holds: ({ length }) => length >= 2
      })

      const settled = yield* eventually("the two that were due are sent", rows, {
        holds: (rows) => rows.filter(({ status }) => status === "sent").length === 2
      })
      const sent = settled.filter(({ status }) => status === "sent").map(({ message_id }) => message_id)
      assert.deepStrictEqual(new Set(countTaken(sink.taken).keys()), new Set(sent))
      assert.strictEqual(sink.taken.length, 2)
      for (const { takenAt } of sink.taken) assert.isAtLeast(takenAt, Date.parse(dueAt))
      const left = settled.filter(({ status }) => status === "queued").map(({ message_id }) => message_id)
      assert.deepStrictEqual(new Set(yield* scheduled), new Set(left))
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
