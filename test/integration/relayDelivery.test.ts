/** From the event to the mail server and back to the ledger, the streams and the dead letters: every way it may end. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"

import { engineOn } from "#test/support/engine.ts"
import { eventually } from "#test/support/eventually.ts"
import { stoppablePostgres } from "#test/support/faults.ts"
import { registration } from "#test/support/httpCall.ts"
import { ask } from "#test/support/ledger.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"

interface Row {
  readonly message_id: string
  readonly user_id: string
  readonly status: string
  readonly reason: string | null
  readonly attempt: number
  readonly bounce_type: string | null
  readonly tried: ReadonlyArray<string>
}

/** The engine, with the words that the tests speak of it. */
const onDatabase = Effect.fnUntraced(function* (databaseUrl: string) {
  const { nats, publisher, run, sink } = yield* engineOn(databaseUrl)

  const rows = run(
    ask(
      (sql) => sql<Array<Row>>`
        select message_id, user_id, status, reason, attempt, bounce_type,
          array(select result from campaign.delivery_attempts a where a.message_id = m.message_id order by attempt) as tried
        from campaign.campaign_messages m order by message_id`
    )
  )
  /** A registration, on NATS. */
  const publish = (rest: Readonly<Record<string, unknown>> = {}) =>
    publisher.publish("events.default.user_registered", registration(rest))

  /** The one message, when it has ended. */
  const settled = Effect.map(
    eventually("the message has ended", rows, {
      holds: (found) =>
        found.length > 0 && found.every(({ status }) => !["queued", "sending", "retrying"].includes(status))
    }),
    ([row]) => row
  )
  /** The reason in the ledger, and in the copy of it in the stream. */
  const letterOf = Effect.fnUntraced(function* (jobId: string) {
    const copies = yield* eventually("the copy of a dead letter", publisher.subjects("DLQ"), {
      holds: (subjects) => Object.keys(subjects).length > 0
    })
    const [subject = ""] = Object.keys(copies)
    const id = subject.split(".").at(-1) ?? ""
    const copy = yield* publisher.last("DLQ", subject)
    const [letter] = yield* run(
      ask(
        (sql) => sql<Array<{ reason: string; state: string }>>`
          select reason, state from dead_letters where dead_letter_id = ${id} and job_id = ${jobId}`
      )
    )
    return { ...letter, copied: copy?.header.get("Carillon-Reason"), text: copy?.string() ?? "" }
  })
  return { letterOf, nats, publish, publisher, rows, run, settled, sink }
})

const onEngine = Effect.flatMap(freshDatabase, onDatabase)
const live = it.live

const quick = { max_attempts: 3, retry_delays_seconds: [0] }

describe("delivery", () => {
  live("tries again after a refusal for now, under the same Message-ID", () =>
    Effect.gen(function* () {
      const { publish, settled, sink } = yield* onEngine
      sink.fail("final_dot", { reply: "451 4.3.0 later" }, 1)
      yield* publish({ delivery: quick })
      assert.deepInclude(yield* settled, { status: "sent", attempt: 2, tried: ["transient"] })
      assert.lengthOf(sink.taken, 1)
      assert.include(sink.taken[0]?.messageId, (yield* settled)?.message_id)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  live("gives up on an address that is refused for good, and says so in three places", () =>
    Effect.gen(function* () {
      const { letterOf, publish, publisher, settled, sink } = yield* onEngine
      sink.fail("RCPT", { reply: "550 5.1.1 no such user" }, 1)
      yield* publish()
      const row = yield* settled
      assert.deepInclude(row, {
        status: "bounced",
        reason: "rejected",
        attempt: 1,
        bounce_type: "hard",
        tried: []
      })
      const { copied, reason, state, text } = yield* letterOf(row?.message_id ?? "")
      assert.deepStrictEqual([reason, copied, state], ["rejected", "rejected", "open"])
      assert.notInclude(text, "ada@example.org")
      yield* eventually("its outcome", publisher.subjects("OUTCOMES"), {
        holds: (subjects) => subjects["outcomes.email.bounced.tx"] === 1
      })
      assert.isEmpty(sink.taken)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  live("is dead when all attempts are used up", () =>
    Effect.gen(function* () {
      const { letterOf, publish, settled, sink } = yield* onEngine
      sink.fail("DATA", { reply: "452 4.2.2 mailbox full" })
      yield* publish({ delivery: quick })
      const row = yield* settled
      assert.deepInclude(row, { status: "dead", attempt: 3, tried: ["transient", "transient"] })
      assert.deepInclude(yield* letterOf(row?.message_id ?? ""), { reason: "attempts_exhausted" })
      assert.isEmpty(sink.taken)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  live("fails without an attempt where no one knows an address", () =>
    Effect.gen(function* () {
      const { letterOf, publish, settled, sink } = yield* onEngine
      yield* publish({ payload: { user_id: "nobody" } })
      const row = yield* settled
      assert.deepInclude(row, { status: "failed", reason: "no_contact", attempt: 0 })
      assert.deepInclude(yield* letterOf(row?.message_id ?? ""), { reason: "no_contact" })
      assert.isEmpty(sink.taken)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  live("fails without an attempt where there is no template", () =>
    Effect.gen(function* () {
      const { letterOf, publish, run, settled } = yield* onEngine
      yield* run(ask((sql) => sql`delete from message_templates`))
      yield* publish()
      const row = yield* settled
      assert.deepInclude(row, { status: "failed", reason: "no_template", attempt: 0 })
      assert.deepInclude(yield* letterOf(row?.message_id ?? ""), { reason: "no_template" })
    }).pipe(Effect.provide(NodeServices.layer))
  )

  live("leaves nothing in the stream and nothing in the register once all has ended", () =>
    Effect.gen(function* () {
      const { publish, publisher, run, settled } = yield* onEngine
      for (let n = 0; n < 20; n++) yield* publish()
      yield* settled
      yield* eventually("an empty work queue", publisher.subjects("JOBS_EMAIL"), {
        holds: (subjects) => Object.keys(subjects).length === 0
      })
      yield* eventually("20 outcomes, once each", publisher.subjects("OUTCOMES"), {
        holds: (subjects) => subjects["outcomes.email.sent.tx"] === 20
      })
      const toAnnounce = run(
        ask((sql) => sql<Array<{ kind: string }>>`select kind from outbox where announced_at is null`)
      )
      yield* eventually("all announced", toAnnounce, { holds: ({ length }) => length === 0 })
      yield* run(ask((sql) => sql`update outbox set check_at = now()`))
      const register = run(ask((sql) => sql<Array<{ kind: string }>>`select kind from outbox`))
      yield* eventually("an empty register", register, { holds: ({ length }) => length === 0 })
    }).pipe(Effect.provide(NodeServices.layer))
  )
})

describe("an outage of Postgres in the middle of a batch", () => {
  live("loses nothing and sends nothing twice", () =>
    Effect.gen(function* () {
      const postgres = yield* stoppablePostgres
      const { publish, rows, sink } = yield* onDatabase(postgres.url)
      const count = 60
      // Where the machine is slow, the fence may withdraw what had not gone out: it comes again at once.
      const patient = { max_attempts: 20, retry_delays_seconds: [0] }
      for (let n = 0; n < count; n++) yield* publish({ delivery: patient })
      yield* sink.waitFor(count / 4)
      yield* postgres.stop
      yield* postgres.start
      // A connection of before the outage may be the one that answers first.
      const looked = Effect.catchDefect(rows, () => Effect.fail("away" as const))
      const seen = Effect.retry(looked, Schedule.spaced("200 millis"))
      yield* eventually("all sent", seen, {
        holds: (found) => found.length === count && found.every(({ status }) => status === "sent")
      })
      const perMessage = new Set(sink.taken.map(({ messageId }) => messageId))
      assert.strictEqual(perMessage.size, count)
      assert.strictEqual(sink.taken.length, count)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})

describe("the relay", () => {
  live(
    "announces its neighbours though one dead letter is refused by JetStream, or larger than a message may be",
    () =>
      Effect.gen(function* () {
        const { publisher, run } = yield* engineOn(yield* freshDatabase)
        const bury = (subject: string, bytes: number) =>
          run(
            ask(
              (sql) => sql`
              with letter as (
                insert into dead_letters (dead_letter_id, organization_id, stream, subject, consumer, reason, detail,
                  deliveries, body, headers, died_at)
                values (gen_random_uuid(), 'default', ${subject}, 'events.default.x', 'plan-events', 'too_large', '', 1,
                  decode(repeat('61', ${bytes}), 'hex'), '{}', now())
                returning dead_letter_id)
              insert into outbox (kind, stream, keys) select 'dead_letters', 'DLQ', array[dead_letter_id] from letter`
            )
          )
        // The first is larger than the server takes, and so refused each time.
        yield* run(
          ask(
            (sql) => sql`
            insert into outbox (kind, stream, keys, entries)
            values ('outcomes', 'OUTCOMES', array[gen_random_uuid()], jsonb_build_array(jsonb_build_object(
              'organization_id', 'default', 'campaign_id', null, 'execution_id', null,
              'message_id', '01a204d4-6dc6-892d-9154-1836eda99473', 'user_id', repeat('x', 1500000),
              'channel', 'email', 'status', 'sent', 'reason', null, 'attempt', 1,
              'at', '2026-11-22T12:00:00.000Z'))),
              ('outcomes', 'OUTCOMES', array[gen_random_uuid()], jsonb_build_array(jsonb_build_object(
              'organization_id', 'default', 'campaign_id', null, 'execution_id', null,
              'message_id', '01a204d4-6dc6-892d-9154-1836eda99474', 'user_id', 'small',
              'channel', 'email', 'status', 'failed', 'reason', null, 'attempt', 1,
              'at', '2026-11-22T12:00:00.000Z')))`
          )
        )
        yield* bury("EVENTS", 1_040_000)
        yield* bury("EVENTS", 10)
        yield* eventually("both copies", publisher.subjects("DLQ"), {
          holds: (subjects) => Object.keys(subjects).length === 2
        })
        yield* eventually("the small outcome", publisher.subjects("OUTCOMES"), {
          holds: (subjects) => Object.keys(subjects).includes("outcomes.email.failed.tx")
        })
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
