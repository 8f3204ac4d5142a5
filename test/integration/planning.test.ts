/** The one way in, on a real Postgres: each event once, however often and whichever way it comes. */

import { assert, layer } from "@effect/vitest"
import { Array, Effect, Layer, Result } from "effect"

import { type OrganizationId } from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"
import { BalanceRepository } from "#src/repositories/BalanceRepository.ts"
import { EventTypes } from "#src/services/EventTypes.ts"
import { type IncomingEvent } from "#src/services/planBatch.ts"
import { Planning } from "#src/services/Planning.ts"
import { acceptedAt, eventId, sampleBody } from "#test/support/events.ts"
import { ask, forgotten, ledgerLayer, newOrganization } from "#test/support/ledger.ts"

const planning = Planning.layer.pipe(Layer.provideMerge(ledgerLayer))

const incoming = (
  organizationId: OrganizationId,
  body: object = {},
  way: Partial<IncomingEvent> = {}
): IncomingEvent => ({
  organizationId,
  body: sampleBody({ ...body }),
  acceptedAt,
  via: "http",
  ...way
})

const accept = (...events: ReadonlyArray<IncomingEvent>) =>
  Planning.use((planning) => planning.accept(events))

/** Its reason, or the number of jobs. */
const summary = (answer: Effect.Success<ReturnType<typeof accept>>[number] | undefined) => {
  if (answer === undefined) return "no answer"
  return Result.match(answer, { onFailure: ({ reason }) => reason, onSuccess: ({ jobsCount }) => jobsCount })
}

const summaries = (answers: Effect.Success<ReturnType<typeof accept>>) => answers.map(summary)

interface Stored {
  readonly keys: number
  readonly events: number
  readonly jobs: number
  readonly to_announce: number
  readonly to_relay: number
}

/** What the organization has in each table. */
const storedBy = Effect.fnUntraced(function* (organization: OrganizationId) {
  const [stored] = yield* ask(
    (sql) => sql<Array<Stored>>`
      with mine as (select message_id from campaign.campaign_messages where organization_id = ${organization})
      select (select count(*) from event_keys where organization_id = ${organization}) as keys,
        (select count(*) from events where organization_id = ${organization}) as events,
        (select count(*) from mine) as jobs,
        (select count(*) from outbox cross join unnest(keys) as k (id)
          where kind = 'jobs' and id in (select message_id from mine)) as to_announce,
        (select count(*) from outbox where kind = 'events' and ${organization} = any(organizations)) as to_relay`
  )
  return stored
})

layer(planning)("Planning.accept", (it) => {
  it.effect("accepts one event that comes 1,000 times at once, over HTTP and NATS, once", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      const copy = (n: number) =>
        incoming(
          organization,
          {},
          n % 2 === 0 ? { via: "http" } : { via: "nats", eventType: "user_registered" }
        )
      const answers = yield* Effect.forEach(Array.range(1, 1000), (n) => accept(copy(n)), {
        concurrency: "unbounded"
      })
      const seen = answers.flat().flatMap((answer) => (Result.isSuccess(answer) ? [answer.success] : []))
      assert.lengthOf(seen, 1000)
      assert.deepStrictEqual(
        new Set(seen.map(({ eventId, jobsCount }) => `${eventId} ${jobsCount}`)),
        new Set([`${eventId(1)} 1`])
      )
      assert.isTrue(seen.some(({ isNew }) => isNew))
      const stored = yield* storedBy(organization)
      assert.deepInclude(stored, { keys: 1, events: 1, jobs: 1, to_announce: 1 })
    })
  )

  it.effect("calls another body a conflict, and only that", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      const bodies = Array.range(1, 300).map((n) => ({ source: n % 3 === 0 ? "other" : "auth" }))
      const answers = yield* Effect.forEach(bodies, (body) => accept(incoming(organization, body)), {
        concurrency: "unbounded"
      })
      const winner = summary(answers[0]?.[0]) === 1 ? "auth" : "other"
      answers.forEach((answer, n) =>
        assert.strictEqual(summary(answer[0]), bodies[n]?.source === winner ? 1 : "event_conflict")
      )
      assert.deepInclude(yield* storedBy(organization), { keys: 1, jobs: 1 })
    })
  )

  it.effect("answers the duplicates within one batch in their places", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      const one = incoming(organization)
      const two = incoming(organization, {
        event_id: eventId(2),
        payload: { user_id: ["a", "b"] },
        event_type: "many"
      })
      yield* EventTypes.use((types) =>
        types.create(organization, {
          event_type: "many",
          notifications: [
            { template_code: "t", channels: ["email"], recipients: { from: "payload", path: "user_id" } }
          ]
        })
      )
      const upper = incoming(organization, {
        event_id: eventId(2).toUpperCase(),
        payload: { user_id: ["a", "b"] },
        event_type: "many"
      })
      const answers = yield* accept(one, two, one, incoming(organization, { source: "other" }), upper, two)
      assert.deepStrictEqual(summaries(answers), [1, 2, 1, "event_conflict", 2, 2])
      assert.deepStrictEqual(summaries(yield* accept(two, one)), [2, 1])
      assert.deepInclude(yield* storedBy(organization), { keys: 2, events: 2, jobs: 3, to_announce: 3 })
    })
  )

  it.effect("refuses each for its own reason, and records nothing of it", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      const refused = [
        incoming(organization, { event_type: "never_heard_of" }),
        incoming(organization, { event_type: "new_film_released" }),
        incoming(organization, { event_type: "campaign_triggered" }),
        incoming(organization, { delivery: { channels: ["SMS"] } }),
        incoming(organization, { payload: { user_id: 7 } }),
        incoming(organization, { payload: {} }),
        incoming(organization, { occurred_at: "yesterday" }),
        incoming(organization, { organization_id: "other" })
      ]
      const answers = yield* accept(...refused, incoming(organization, { event_id: eventId(9) }))
      assert.deepStrictEqual(summaries(answers), [
        "unknown_event_type",
        "not_implemented",
        "not_implemented",
        "not_implemented",
        "invalid_payload",
        "invalid_payload",
        "invalid_event",
        "invalid_event",
        1
      ])
      assert.deepInclude(yield* storedBy(organization), { keys: 1, events: 1, jobs: 1 })
    })
  )

  it.effect("keeps organizations apart", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* newOrganization, yield* newOrganization]
      const answers = yield* accept(incoming(one), incoming(other, { source: "other" }))
      assert.deepStrictEqual(summaries(answers), [1, 1])
    })
  )

  it.effect("relays what came over HTTP, and nothing that came from the stream", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      yield* accept(
        incoming(organization, { event_id: eventId(1) }, { via: "nats" }),
        incoming(organization, { event_id: eventId(2) }),
        incoming(organization, { event_id: eventId(3) })
      )
      const relayed = yield* ask(
        (sql) => sql<Array<{ keys: ReadonlyArray<string>; organizations: ReadonlyArray<string> }>>`
          select keys, organizations from outbox where kind = 'events' and ${organization} = any(organizations)`
      )
      assert.sameMembers(
        relayed.flatMap(({ keys }) => keys),
        [eventId(2), eventId(3)]
      )
      assert.deepStrictEqual(
        relayed.flatMap(({ organizations }) => organizations),
        [organization, organization]
      )
    })
  )

  it.effect("counts exactly what it planned", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      const events = Array.range(1, 250).map((n) => incoming(organization, { event_id: eventId(n) }))
      yield* Effect.forEach(Array.chunksOf(events, 7), (some) => accept(...some), {
        concurrency: "unbounded"
      })
      const { counts, planned } = yield* BalanceRepository.use((balance) =>
        balance.ofOrganization(organization)
      )
      assert.strictEqual(planned, 250)
      assert.deepStrictEqual([...counts], [{ status: "queued", count: 250 }])
      assert.isEmpty(yield* forgotten)
    })
  )

  it.effect("makes the partitions of an old instant", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      const old = Instant.make("2024-02-29T23:59:59.999Z")
      const next = Instant.make("2024-03-01T00:00:00.000Z")
      const occurred_at = "2024-02-01T00:00:00Z"
      const answers = yield* accept(
        incoming(organization, { event_id: eventId(1), occurred_at }, { acceptedAt: old, via: "nats" }),
        incoming(organization, { event_id: eventId(2), occurred_at }, { acceptedAt: next, via: "nats" })
      )
      assert.deepStrictEqual(summaries(answers), [1, 1])
      const months = yield* ask(
        (sql) => sql<Array<{ place: string }>>`
          select tableoid::regclass::text as place from campaign.campaign_messages
          where organization_id = ${organization} order by message_id`
      )
      assert.deepStrictEqual(
        months.map(({ place }) => place),
        ["campaign.campaign_messages_2024_02", "campaign.campaign_messages_2024_03"]
      )
    })
  )
})
