/** What operators are shown of the ledger: true, shared by all who ask, and seldom counted. */

import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Latch, Layer } from "effect"

import { locks } from "#src/postgres/locks.ts"
import { Postgres } from "#src/postgres/Postgres.ts"
import { countWork } from "#src/repositories/figureQueries.ts"
import { type Figure, FigureRepository } from "#src/repositories/FigureRepository.ts"
import { ask, ledgerLayer, plant } from "#test/support/ledger.ts"

const work = FigureRepository.use(({ work }) => work)
const balance = FigureRepository.use(({ balance }) => balance)

/** As if time had passed since the last count. */
const passTime = ask(
  (sql) =>
    sql`update ledger_figures set counted_at = now() - interval '1 hour', tried_at = now() - interval '1 hour'`
)

const empty = ask((sql) => sql`with gone as (delete from outbox) delete from campaign.campaign_messages`)

const valueOf = (figures: ReadonlyArray<Figure>, name: string, ...labels: ReadonlyArray<string>) =>
  figures.find((figure) => figure.name === name && figure.labels.join() === labels.join())?.value

const counted = Effect.andThen(passTime, work)

/** The register's rows as they are so many seconds after a relay and a reconciler have seen them. */
const age = (announced: boolean, checks: number) =>
  ask(
    (sql) => sql`
      update outbox set created_at = now() - interval '300 seconds', checks = ${checks},
        announced_at = case when ${announced} then now() - interval '299 seconds' end,
        check_at = case when ${announced} then now() + interval '60 seconds' end`
  )
const ageMessages = ask(
  (sql) => sql`update campaign.campaign_messages set queued_at = now() - interval '300 seconds'`
)

const isAbout300 = (value: number | undefined) => {
  assert.isAtLeast(value ?? 0, 300)
  assert.isBelow(value ?? 0, 360)
}

layer(FigureRepository.layer.pipe(Layer.provideMerge(ledgerLayer)), { excludeTestServices: true })(
  "FigureRepository",
  (it) => {
    it.effect("says how many rows wait to be announced, and since when", () =>
      Effect.gen(function* () {
        yield* empty
        yield* plant()
        yield* plant()
        yield* age(false, 0)
        const figures = yield* counted
        assert.strictEqual(valueOf(figures, "outbox_rows", "jobs"), 2)
        isAbout300(valueOf(figures, "outbox_age_seconds", "jobs"))
        assert.strictEqual(valueOf(figures, "outbox_rows", "outcomes"), 0)
        assert.strictEqual(valueOf(figures, "outbox_age_seconds", "outcomes"), 0)
      })
    )

    it.effect("does not count from its making what is only announced again", () =>
      Effect.gen(function* () {
        yield* empty
        yield* plant()
        yield* age(false, 3)
        yield* ask((sql) => sql`update outbox set check_at = now()`)
        assert.isBelow(valueOf(yield* counted, "outbox_age_seconds", "jobs") ?? -1, 60)
      })
    )

    it.effect.each([
      { what: "that nobody announced", announced: false, checks: 0 },
      { what: "that a look found open after it was announced", announced: true, checks: 1 }
    ])("finds the oldest queued message among those $what", ({ announced, checks }) =>
      Effect.gen(function* () {
        yield* empty
        yield* plant()
        yield* ageMessages
        yield* age(announced, checks)
        isAbout300(valueOf(yield* counted, "queued_age_seconds"))
      })
    )

    it.effect.each([
      { what: "is settled", seed: { status: "sent" } as const },
      { what: "is being sent", seed: { status: "sending" } as const },
      { what: "is for later", seed: { send_after: "2999-01-01T00:00:00.000Z" } },
      {
        what: "is tried again later",
        seed: { status: "retrying", retry_at: "2999-01-01T00:00:00.000Z" } as const
      }
    ])("does not take for queued what $what", ({ seed }) =>
      Effect.gen(function* () {
        yield* empty
        yield* plant(seed)
        yield* ageMessages
        yield* age(false, 0)
        assert.strictEqual(valueOf(yield* counted, "queued_age_seconds"), 0)
      })
    )

    it.effect("counts a status of the account from the rows, and what was planned from the keys", () =>
      Effect.gen(function* () {
        yield* empty
        yield* plant({ status: "sent" })
        yield* plant({ status: "sent" })
        yield* plant()
        const figures = yield* Effect.andThen(passTime, balance)
        assert.strictEqual(valueOf(figures, "messages", "sent"), 2)
        assert.strictEqual(valueOf(figures, "messages", "queued"), 1)
        // Planted without an event: the two sources are two.
        assert.strictEqual(valueOf(figures, "planned"), 0)
      })
    )

    it.effect("is counted once for all who ask within five seconds, longer where it took long", () =>
      Effect.gen(function* () {
        yield* empty
        const before = yield* counted
        yield* plant()
        assert.deepStrictEqual(yield* Effect.all([work, work, work], { concurrency: "unbounded" }), [
          before,
          before,
          before
        ])
        yield* ask(
          (sql) => sql`update ledger_figures set tried_at = now() - interval '19 seconds', took_seconds = 1`
        )
        assert.deepStrictEqual(yield* work, before)
        yield* ask((sql) => sql`update ledger_figures set tried_at = now() - interval '21 seconds'`)
        assert.strictEqual(valueOf(yield* work, "outbox_rows", "jobs"), 1)
      })
    )

    it.effect("is not counted again at once where the last count failed", () =>
      Effect.gen(function* () {
        yield* empty
        const before = yield* Effect.andThen(passTime, balance)
        // The server gives up a count that takes too long; here it meets a table that it cannot read.
        yield* Effect.andThen(
          passTime,
          ask((sql) => sql`alter table settled_totals rename to away`)
        )
        const failure = yield* Effect.exit(balance)
        yield* ask((sql) => sql`alter table away rename to settled_totals`)
        assert.isTrue(Exit.isFailure(failure))
        yield* plant()
        assert.deepStrictEqual(yield* balance, before)
        const age = valueOf(yield* FigureRepository.use(({ ages }) => ages), "figures_age_seconds", "balance")
        assert.isAtLeast(age ?? 0, 3600)
        yield* passTime
        assert.strictEqual(valueOf(yield* balance, "messages", "queued"), 1)
      })
    )

    it.effect("finds the oldest of many rows that were looked at by their own index", () =>
      Effect.gen(function* () {
        yield* empty
        const plan = yield* Postgres.use(({ query, transaction }) =>
          transaction(
            Effect.gen(function* () {
              yield* ask((sql) => sql`set local enable_seqscan = off`)
              const { string } = yield* query((sql) => countWork(sql).describe())
              return yield* query((sql) => sql.unsafe(`explain (generic_plan) ${string}`))
            })
          )
        )
        assert.include(JSON.stringify(plan), "outbox_looked_at")
      })
    )

    it.effect("is what there was while another process counts", () =>
      Effect.gen(function* () {
        yield* empty
        const before = yield* counted
        yield* plant()
        yield* passTime
        const isHeld = yield* Latch.make(false)
        // Begun before the transaction, so that it is none of it: another process.
        const other = yield* Effect.forkChild(Effect.andThen(isHeld.await, work))
        const meanwhile = yield* Postgres.use(({ transaction }) =>
          transaction(
            ask((sql) => sql`select pg_advisory_xact_lock(${locks.figures}, hashtext('work'))`).pipe(
              Effect.andThen(isHeld.open),
              Effect.andThen(Fiber.join(other))
            )
          )
        )
        assert.deepStrictEqual(meanwhile, before)
      })
    )

    it.effect("is counted afresh where another version has left what cannot be read", () =>
      Effect.gen(function* () {
        yield* empty
        yield* work
        yield* ask((sql) => sql`update ledger_figures set figures = '{"other": true}', tried_at = now()`)
        assert.strictEqual(valueOf(yield* work, "outbox_rows", "jobs"), 0)
      })
    )
  }
)
