/** What was dead when the ledger was lost is dead again when it is restored, with the letter that an operator decides about. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { JobId, OrganizationId, UserId } from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"
import { type Status } from "#schemas/Status.ts"
import { outcomeEvent } from "#src/domain/domainEvent.ts"
import { eventually } from "#test/support/eventually.ts"
import { registration } from "#test/support/httpCall.ts"
import { system, terminate } from "#test/support/system.ts"

interface Letter {
  readonly dead_letter_id: string
  readonly reason: string
}

describe("carillon restore", () => {
  it.live(
    "records again the events that the backup's event types refuse, and those that are none",
    () =>
      Effect.gen(function* () {
        const { command, publisher, query, start } = yield* system
        const planner = yield* start("planner")
        yield* publisher.publish("events.default.order_paid", registration({ event_type: "order_paid" }))
        yield* publisher.publish("events.default.order_paid", "no JSON")
        const letters = query(
          (sql) => sql<Array<Letter>>`select dead_letter_id, reason from dead_letters order by reason`
        )
        const before = yield* eventually("two letters", letters, { holds: ({ length }) => length === 2 })
        yield* terminate(planner)
        yield* query((sql) => sql`truncate dead_letters, outbox`)

        const restored = yield* command(["restore", "--even-if-current", "--json"])
        assert.strictEqual(restored.code, 0, restored.stderr)
        assert.deepInclude(JSON.parse(restored.stdout), {
          events: { read: 2, accepted: 0, messages: 0, refused: 2 }
        })
        assert.deepStrictEqual([...(yield* letters)], [...before])
        assert.deepStrictEqual(
          before.map(({ reason }) => reason),
          ["invalid_json", "unknown_event_type"]
        )
        const copies = yield* query(
          (sql) => sql<Array<{ count: number }>>`
          select cardinality(keys) as count from outbox where kind = 'dead_letters'`
        )
        assert.deepStrictEqual(
          copies.map(({ count }) => count),
          [2]
        )
      }).pipe(Effect.provide(NodeServices.layer)),
    120_000
  )

  it.live(
    "leaves a letter of what was announced dead, and corrects what recovery guessed",
    () =>
      Effect.gen(function* () {
        const { command, publisher, query, rows, start } = yield* system
        const planner = yield* start("planner")
        yield* publisher.publish("events.default.user_registered", registration())
        yield* publisher.publish("events.default.user_registered", registration())
        yield* publisher.publish("events.default.user_registered", registration())
        const planned = yield* eventually("three messages", rows, { holds: ({ length }) => length === 3 })
        yield* terminate(planner)
        const [refused = "", guessed = "", promoted = ""] = planned.map(({ message_id }) => message_id)
        yield* query(
          (sql) => sql`
            update campaign.campaign_messages set status = 'dead', attempt = 5, result = 'unknown'
            where message_id = ${guessed}`
        )
        yield* query(
          (sql) => sql`
            insert into dead_letters (dead_letter_id, organization_id, stream, subject, consumer, reason, detail, deliveries,
              job_id, body, died_at)
            values (gen_random_uuid(), 'default', 'JOBS_EMAIL', 'jobs.email.tx.default', 'deliver-email',
              'attempts_exhausted', 'its process died', 5, ${guessed}, '', now())`
        )
        yield* query(
          (sql) => sql`
            update campaign.campaign_messages set message_class = 'campaign' where message_id = ${promoted}`
        )
        const say = (message_id: string, status: Status, attempt: number) =>
          publisher.publish(
            `outcomes.email.${status}.tx`,
            outcomeEvent({
              organization_id: OrganizationId.make("default"),
              campaign_id: null,
              execution_id: null,
              message_id: JobId.make(message_id),
              user_id: UserId.make("user-1"),
              channel: "email",
              status,
              reason: status === "sent" ? null : "rejected",
              attempt,
              at: Instant.make("2026-11-21T12:00:00.000Z")
            })
          )
        yield* say(refused, "bounced", 1)
        yield* say(guessed, "sent", 5)

        const restored = yield* command(["restore", "--even-if-current", "--json"])
        assert.strictEqual(restored.code, 0, restored.stderr)
        assert.deepInclude(JSON.parse(restored.stdout), {
          outcomes: { read: 2, settled: 2, without_message: 0 },
          in_doubt: 1,
          may_have_been_replayed: 0
        })
        const found = yield* query(
          (sql) => sql<Array<Record<string, unknown>>>`
            select m.status, l.state, l.reason, l.deliveries
            from campaign.campaign_messages m left join dead_letters l on l.job_id = m.message_id order by m.message_id`
        )
        assert.deepStrictEqual(
          [...found],
          [
            { status: "bounced", state: "open", reason: "rejected", deliveries: 1 },
            { status: "sent", state: "discarded", reason: "attempts_exhausted", deliveries: 5 },
            { status: "unknown", state: null, reason: null, deliveries: null }
          ]
        )
        const again = yield* command(["restore", "--even-if-current", "--json"])
        assert.deepInclude(JSON.parse(again.stdout), {
          outcomes: { read: 2, settled: 0, without_message: 0 },
          in_doubt: 0
        })
      }).pipe(Effect.provide(NodeServices.layer)),
    120_000
  )
})
