/** What is too old goes, a month at a time, and stays counted. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Option } from "effect"

import { ExecutionId, type OrganizationId } from "#schemas/Ids.ts"
import { balance } from "#src/domain/balance.ts"
import { Postgres } from "#src/postgres/Postgres.ts"
import { forgetOld } from "#src/relay/forgetOld.ts"
import { BalanceRepository } from "#src/repositories/BalanceRepository.ts"
import { MaintenanceRepository } from "#src/repositories/MaintenanceRepository.ts"
import { ask, ledgerLayer, newOrganization } from "#test/support/ledger.ts"

/** An instant so many days ago, in the middle of its month; with the partitions of that month. */
const monthsAgo = Effect.fnUntraced(function* (months: number) {
  const [row] = yield* ask(
    (sql) => sql<Array<{ at: string; suffix: string }>>`
      select at, to_char(at at time zone 'UTC', 'YYYY_MM') as suffix, campaign.ensure_partitions(at)
      from (select date_trunc('month', now(), 'UTC') - make_interval(months => ${months}) + interval '14 days' as at) as t`
  )
  return row ?? (yield* Effect.die("no instant"))
})

interface Message {
  readonly organization: OrganizationId
  readonly at: string
  readonly status: string
  readonly execution?: string
}

/** An event of then with one message, as planning and time have left them. */
const plantOld = ({ at, execution, organization, status }: Message) =>
  ask(
    (sql) => sql`
      with drawn as (
        select gen_random_uuid() as event_id,
          overlay(gen_random_uuid()::text placing left(campaign.first_uuid_at(${at}::timestamptz)::text, 13) from 1 for 13)::uuid
            as message_id
      ),
      keys as (
        insert into event_keys (organization_id, event_id, body_hash, accepted_at, jobs_count, execution_id)
        select ${organization}, event_id, ''::bytea, ${at}, 1, ${execution ?? null}::text from drawn
      ),
      happened as (
        insert into events (organization_id, event_id, event_type, source, occurred_at, accepted_at, via, payload, status)
        select ${organization}, event_id, 'x', 'test', ${at}, ${at}, 'nats', '{}', 'planned' from drawn
      ),
      tried as (
        insert into campaign.delivery_attempts (message_id, attempt, result) select message_id, 1, 'transient' from drawn
      )
      insert into campaign.campaign_messages (message_id, organization_id, event_id, user_id, channel_type,
        template_code, status, execution_id)
      select message_id, ${organization}, event_id, 'user-1', 'email', 'x', ${status}, ${execution ?? null} from drawn`
  )

const sheetOf = (organization: OrganizationId) =>
  Effect.map(
    BalanceRepository.use((repository) => repository.ofOrganization(organization)),
    ({ counts, planned }) => balance(planned, counts)
  )

const tables = Effect.map(
  ask(
    (sql) => sql<Array<{ relname: string }>>`
      select relname from pg_class where relkind = 'r' and relname ~ '^(events|campaign_messages|delivery_attempts)_[0-9]{4}'`
  ),
  (rows) => rows.map(({ relname }) => relname)
)

layer(Layer.fresh(ledgerLayer))("forgetOld", (it) => {
  it.effect(
    "drops old months of messages, whose counts stay in the balance, and keeps what is open or younger",
    () =>
      Effect.gen(function* () {
        const organization = yield* newOrganization
        const execution = ExecutionId.make(`exe_${randomUUID()}`)
        yield* ask(
          (sql) => sql`
          insert into campaign.campaign_executions (execution_id, organization_id, campaign_id, execution_type, messages_queued)
          values (${execution}, ${organization}, 'cmp_test', 'manual', 2)`
        )
        const [older, old, open, young] = [
          yield* monthsAgo(20),
          yield* monthsAgo(17),
          yield* monthsAgo(16),
          yield* monthsAgo(12)
        ]
        const plant = (at: string, status: string) => plantOld({ organization, at, status })
        yield* Effect.forEach(["sent", "sent", "unknown"], (status) => plant(older.at, status))
        yield* Effect.forEach(["sent", "dead"], (status) => plant(old.at, status))
        yield* Effect.forEach(["sent", "queued"], (status) => plant(open.at, status))
        yield* plant(young.at, "bounced")
        yield* plantOld({ organization, at: old.at, status: "sent", execution })
        yield* plantOld({ organization, at: young.at, status: "failed", execution })
        const before = yield* sheetOf(organization)
        assert.isTrue(before.balanced)

        yield* forgetOld
        assert.deepStrictEqual(yield* sheetOf(organization), before)
        const left = yield* tables
        for (const { suffix } of [older, old]) assert.notIncludeMembers(left, [`campaign_messages_${suffix}`])
        assert.notInclude(left, `delivery_attempts_${old.suffix}`)
        assert.includeMembers(left, [`campaign_messages_${open.suffix}`, `campaign_messages_${young.suffix}`])
        // The keys of events are forgotten by the same horizon, and counted as planned.
        const [keys] = yield* ask(
          (sql) =>
            sql<
              Array<{ count: number }>
            >`select count(*) as count from event_keys where organization_id = ${organization}`
        )
        assert.strictEqual(keys?.count, 2)
        const ofExecution = yield* BalanceRepository.use((one) => one.ofExecution(organization, execution))
        assert.isTrue(balance(ofExecution.planned ?? 0, ofExecution.counts).balanced)

        yield* forgetOld
        assert.deepStrictEqual(yield* sheetOf(organization), before)
      })
  )

  it.effect("drops events of which the last is 90 days old, and no others", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      const [old, young] = [yield* monthsAgo(5), yield* monthsAgo(2)]
      for (const { at } of [old, young]) yield* plantOld({ organization, at, status: "sent" })
      yield* forgetOld
      const left = yield* tables
      assert.notInclude(left, `events_${old.suffix}`)
      assert.includeMembers(left, [`events_${young.suffix}`, `campaign_messages_${old.suffix}`])
      assert.isTrue((yield* sheetOf(organization)).balanced)
    })
  )

  it.effect("drops nothing while somebody reads it, and holds nobody up for longer than a second", () =>
    Effect.gen(function* () {
      const { at, suffix } = yield* monthsAgo(30)
      yield* plantOld({ organization: yield* newOrganization, at, status: "sent" })
      const { alone, dropEvents } = yield* MaintenanceRepository
      const drop = alone("drop events", dropEvents)
      const [begun, done] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const reading = Effect.andThen(
        ask((sql) => sql`select count(*) from events`),
        Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(done))
      )
      const reader = yield* Effect.forkChild(Postgres.use(({ transaction }) => transaction(reading)))
      yield* Deferred.await(begun)
      assert.strictEqual((yield* Effect.flip(drop))._tag, "LedgerUnreachable")
      assert.include(yield* tables, `events_${suffix}`)
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(reader)
      assert.deepStrictEqual(yield* drop, Option.some(Option.some(`events_${suffix}`)))
    })
  )

  it.effect("forgets dead letters 90 days after they were decided, and no open one", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      yield* ask(
        (sql) => sql`
          insert into dead_letters (dead_letter_id, organization_id, stream, subject, consumer, reason, detail, deliveries,
            body, died_at, state, decided_at)
          select gen_random_uuid(), ${organization}, 'EVENTS', 's', 'c', 'invalid_json', state, 1, '', now() - interval '400 days',
            state, decided_at
          from (values ('open', null), ('replayed', now() - interval '91 days'), ('discarded', now() - interval '89 days'))
            as t (state, decided_at)`
      )
      yield* forgetOld
      const left = yield* ask(
        (sql) => sql<Array<{ state: string }>>`
          select state from dead_letters where organization_id = ${organization} order by state`
      )
      assert.deepStrictEqual(
        left.map(({ state }) => state),
        ["discarded", "open"]
      )
    })
  )
})
