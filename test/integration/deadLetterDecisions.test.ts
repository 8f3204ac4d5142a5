/** Replay and discard over HTTP, on a real ledger: once however often and by however many they are asked. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Latch } from "effect"

import { DeadLetterId, defaultOrganization, WorkerId } from "#schemas/Ids.ts"
import { unsendable } from "#src/domain/fate.ts"
import { Postgres } from "#src/postgres/Postgres.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { openLetters } from "#src/repositories/OpenLetterRepository.ts"
import {
  buryEvent,
  countersOf,
  dead,
  letterOf,
  refused,
  replay,
  story,
  together,
  tried
} from "#test/support/decisions.ts"
import { eventually } from "#test/support/eventually.ts"
import { at, call, each, registration, type Reply } from "#test/support/httpCall.ts"
import { httpServer } from "#test/support/httpServer.ts"
import { sampleAttempt } from "#test/support/jobs.ts"
import { ask, forgotten, plantExecution, readyJob, rowOf, setExecution } from "#test/support/ledger.ts"

/** All together. */
const replayedBy = (replies: ReadonlyArray<Reply>): number =>
  replies.reduce((sum, { json }) => sum + Number(json["replayed"]), 0)

layer(httpServer({ embedded: true, nats: "none" }), { excludeTestServices: true })("operators", (it) => {
  it.effect("replay a dead job once, however many ask at once", () =>
    Effect.gen(function* () {
      const { id, letter } = yield* dead({ max_attempts: 3 })
      const replies = yield* Effect.all(
        Array.from({ length: 8 }, () => replay(letter)),
        together
      )
      assert.deepStrictEqual(new Set(replies.map(({ status }) => status)), new Set([202]))
      assert.strictEqual(replayedBy(replies), 1)
      const row = yield* rowOf(id)
      assert.deepInclude(row, { status: "queued", attempt: 1, max_attempts: 6, generation: 1 })
      const [announced] = yield* ask(
        (sql) => sql<Array<{ count: number }>>`
          select count(*) as count from outbox where kind = 'jobs' and ${id}::uuid = any(keys)
            and announced_at is null and due_at is null`
      )
      assert.strictEqual(announced?.count, 2)
      assert.deepStrictEqual((yield* replay(letter)).json, { replayed: 0 })
      yield* tried(id, sampleAttempt())
      const told = yield* story(id)
      assert.deepStrictEqual(each(told, "history", "status"), [
        "queued",
        "sending",
        "bounced",
        "queued",
        "sending",
        "sent"
      ])
      assert.deepInclude(at(told, "history.3"), { reason: "replayed", by: "operator" })
      assert.deepStrictEqual(each(told, "attempts", "provider_message"), ["no such user", "queued"])
      assert.deepInclude((yield* call({ path: `/api/v1/dead-letters/${letter}` })).json, {
        state: "replayed",
        decided_by: "operator"
      })
    })
  )

  it.effect("see a second death at the same attempt, with all that was tried before", () =>
    Effect.gen(function* () {
      const { id, letter } = yield* dead()
      yield* replay(letter)
      const row = yield* rowOf(id)
      const why = { reason: "no_contact", detail: "nobody" } as const
      yield* Ledger.use((ledger) => ledger.settle([unsendable(row, why, refused.finished_at)]))
      const second = yield* letterOf(id)
      assert.notStrictEqual(second, letter)
      const whole = yield* call({ path: `/api/v1/dead-letters/${second}` })
      assert.deepStrictEqual(each(whole, "history", "attempt"), [1])
      assert.deepStrictEqual(each(whole, "history", "provider_message"), ["no such user"])
      assert.deepStrictEqual(each(yield* story(id), "history", "status"), [
        "queued",
        "sending",
        "bounced",
        "queued",
        "failed"
      ])
      assert.deepStrictEqual((yield* replay(second)).json, { replayed: 1 })
      assert.deepInclude(yield* rowOf(id), { status: "queued", generation: 2, max_attempts: 15, attempt: 1 })
    })
  )

  it.effect("leave to nobody else what a settle of an earlier life still wants to say", () =>
    Effect.gen(function* () {
      const { id, letter } = yield* dead()
      const stale = { ...(yield* rowOf(id)), status: "queued" as const }
      yield* replay(letter)
      const late = unsendable(stale, { reason: "no_contact", detail: "nobody" }, refused.finished_at)
      const ledger = yield* Ledger
      assert.deepStrictEqual([...(yield* ledger.settle([late]))], [])
      const [started] = yield* ledger.start([readyJob(id, 1)], WorkerId.make(randomUUID()))
      assert.strictEqual(started?.judgement, "skip")
      assert.strictEqual((yield* rowOf(id)).status, "queued")
    })
  )

  it.effect("replay by filter what can be, and are told how many cannot; a dry run changes nothing", () =>
    Effect.gen(function* () {
      const running = yield* plantExecution("running")
      const cancelled = yield* plantExecution("running")
      const mine = yield* Effect.forEach([1, 2, 3], () => dead({ execution_id: running }))
      const theirs = yield* dead({ execution_id: cancelled })
      yield* setExecution(cancelled, "cancelled")
      const ids = [...mine, theirs].map(({ letter }) => letter)
      yield* ask(
        (sql) => sql`update dead_letters set stream = 'JOBS_PUSH' where dead_letter_id = any(${ids}::uuid[])`
      )
      const ordered = (dry_run: boolean) =>
        call({ path: "/api/v1/dead-letters/replay", body: { filter: { stream: "JOBS_PUSH" }, dry_run } })
      assert.deepStrictEqual(yield* countersOf(running), [{ status: "bounced", count: 3 }])
      assert.deepStrictEqual((yield* ordered(true)).json, { matched: 4, replayed: 0, refused: 0 })
      const replies = yield* Effect.all([ordered(false), ordered(false)], together)
      assert.deepStrictEqual(new Set(replies.map(({ status }) => status)), new Set([202]))
      assert.strictEqual(replayedBy(replies), 3)
      assert.deepStrictEqual((yield* ordered(false)).json, { matched: 1, replayed: 0, refused: 1 })
      assert.deepStrictEqual(yield* countersOf(running), [])
      assert.deepStrictEqual(yield* countersOf(cancelled), [{ status: "bounced", count: 1 }])
      const why = yield* replay(theirs.letter)
      assert.deepInclude(why.json, { status: 409, code: "not_replayable" })
      assert.include(String(why.json["detail"]), "cancelled")
      assert.deepStrictEqual(yield* forgotten, [])
    })
  )

  it.effect("plan a repaired event once, at the instant of the original", () =>
    Effect.gen(function* () {
      const event = registration()
      const { letter, storedAt } = yield* buryEvent(event)
      const replies = yield* Effect.all([replay(letter), replay(letter), replay(letter)], together)
      assert.strictEqual(replayedBy(replies), 1)
      const found = yield* call({ path: `/api/v1/events/${event.event_id}` })
      assert.deepInclude(found.json, { via: "nats", jobs_count: 1, status: "planned" })
      assert.strictEqual(Date.parse(String(found.json["accepted_at"])), storedAt)
    })
  )

  it.effect("replay an event or discard it, and never both", () =>
    Effect.gen(function* () {
      const event = registration()
      const { letter } = yield* buryEvent(event)
      const whenHeld = yield* Latch.make(false)
      const replaying = yield* Effect.forkChild(Effect.andThen(whenHeld.await, replay(letter)))
      const whenPlanning = yield* Latch.make(false)
      const discarding = yield* Effect.forkChild(
        Effect.andThen(whenPlanning.await, call({ method: "DELETE", path: `/api/v1/dead-letters/${letter}` }))
      )
      const locks = (where: "keys" | "rows") =>
        ask(
          (sql) => sql<Array<{ count: number }>>`
            select count(*) as count from pg_locks where not granted and ${
              where === "keys"
                ? sql`relation = 'event_keys'::regclass`
                : sql`locktype in ('transactionid', 'tuple')`
            }`
        )
      const isDiscarded = ask(
        (sql) => sql<Array<{ count: number }>>`
          select count(*) as count from dead_letters where dead_letter_id = ${letter} and state = 'discarded'`
      )
      yield* Postgres.use(({ transaction }) =>
        transaction(
          Effect.gen(function* () {
            yield* ask((sql) => sql`lock table event_keys in share mode`)
            yield* whenHeld.open
            yield* eventually("it is being planned", locks("keys"), { holds: ([row]) => row?.count !== 0 })
            yield* whenPlanning.open
            const looks = Effect.map(Effect.all([locks("rows"), isDiscarded]), (found) => found.flat())
            yield* eventually("the other waits, or has discarded it", looks, {
              holds: (found) => found.some(({ count }) => count > 0)
            })
          })
        )
      )
      assert.deepInclude((yield* Fiber.join(replaying)).json, { replayed: 1 })
      assert.deepInclude((yield* Fiber.join(discarding)).json, { status: 409, code: "not_open" })
      const found = yield* call({ path: `/api/v1/events/${event.event_id}` })
      assert.deepInclude(found.json, { status: "planned" })
    })
  )

  it.effect("find by filter what is open by its own index, whatever a plan knows of the values", () =>
    Effect.gen(function* () {
      const asked = { organizationId: defaultOrganization, filter: { reason: "rejected" as const } }
      const plan = yield* Postgres.use(({ transaction }) =>
        transaction(
          Effect.gen(function* () {
            yield* ask((sql) => sql`set local enable_seqscan = off`)
            const { query } = yield* Postgres
            const { string } = yield* query((sql) =>
              sql`select count(*) from dead_letters where ${openLetters(sql, asked)}`.describe()
            )
            return yield* query((sql) => sql.unsafe(`explain (generic_plan) ${string}`))
          })
        )
      )
      assert.match(JSON.stringify(plan), /dead_letters_(to_decide|open)/)
    })
  )

  it.effect("are told why an event would be refused again, and its letter stays open", () =>
    Effect.gen(function* () {
      const cases = [
        { event: { ...registration(), payload: { user_id: 7 } }, detail: "invalid_payload: payload.user_id" },
        { event: '{"event_id": ', detail: "invalid_json: the body is not JSON: look at position 13" },
        { event: { ...registration(), source: 7 }, detail: "invalid_event: source" }
      ]
      for (const { detail, event } of cases) {
        const { letter } = yield* buryEvent(event)
        const reply = yield* replay(letter)
        assert.deepInclude(reply.json, { status: 409, code: "refused_again" })
        assert.include(String(reply.json["detail"]), detail)
        assert.strictEqual(at(yield* call({ path: `/api/v1/dead-letters/${letter}` }), "state"), "open")
      }
      const conflicting = yield* buryEvent(registration(), { reason: "event_conflict" })
      assert.deepInclude((yield* replay(conflicting.letter)).json, { status: 409, code: "not_replayable" })
      const gone = yield* buryEvent({ job_id: randomUUID() }, { stream: "JOBS_EMAIL", reason: "missing_row" })
      assert.include(String((yield* replay(gone.letter)).json["detail"]), "no row")
    })
  )

  it.effect("discard singly and by filter, and never what was replayed", () =>
    Effect.gen(function* () {
      const discard = (letter: string) => call({ method: "DELETE", path: `/api/v1/dead-letters/${letter}` })
      const one = yield* dead()
      assert.strictEqual((yield* discard(one.letter)).status, 204)
      assert.strictEqual((yield* discard(one.letter)).status, 204)
      assert.deepInclude((yield* replay(one.letter)).json, { status: 409, code: "not_open" })
      assert.strictEqual((yield* rowOf(one.id)).status, "bounced")
      const two = yield* dead()
      yield* replay(two.letter)
      assert.deepInclude((yield* discard(two.letter)).json, { status: 409, code: "not_open" })
      const three = yield* dead()
      const ordered = { filter: { job_id: three.id } }
      const many = (dry_run: boolean) =>
        call({ path: "/api/v1/dead-letters/discard", body: { ...ordered, dry_run } })
      assert.deepStrictEqual((yield* many(true)).json, { matched: 1, discarded: 0 })
      assert.deepStrictEqual((yield* many(false)).json, { matched: 1, discarded: 1 })
      assert.deepStrictEqual((yield* many(false)).json, { matched: 0, discarded: 0 })
    })
  )

  it.effect("are told what is wrong with an order, and what there is not", () =>
    Effect.gen(function* () {
      const path = "/api/v1/dead-letters/replay"
      for (const body of [
        {},
        { filter: { state: "open" } },
        { filter: {}, dry: true },
        { filter: { reason: "x" } }
      ])
        assert.deepInclude((yield* call({ path, body })).json, { status: 422, code: "invalid_body" })
      const nowhere = DeadLetterId.make(randomUUID())
      assert.strictEqual((yield* replay(nowhere)).status, 404)
      assert.strictEqual(
        (yield* call({ method: "DELETE", path: `/api/v1/dead-letters/${nowhere}` })).status,
        404
      )
      const foreign = yield* dead()
      yield* ask(
        (sql) =>
          sql`update dead_letters set organization_id = 'acme' where dead_letter_id = ${foreign.letter}`
      )
      assert.strictEqual((yield* replay(foreign.letter)).status, 404)
      const gone = yield* call({ method: "DELETE", path: `/api/v1/dead-letters/${foreign.letter}` })
      assert.strictEqual(gone.status, 404)
    })
  )
})
