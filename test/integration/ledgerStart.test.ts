/** Load and start: what the ledger says of a hint, and who may send. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { type JobId, UserId, WorkerId } from "#schemas/Ids.ts"
import { type Judgement } from "#schemas/rows/MessageRow.ts"
import { Status } from "#schemas/Status.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import {
  ask,
  drawJobId,
  ledgerLayer,
  newOrganization,
  plant,
  plantExecution,
  readyJob,
  rowOf,
  type Seed,
  setExecution
} from "#test/support/ledger.ts"

const past = "2020-01-01T00:00:00.000Z"
const future = "2999-01-01T00:00:00.000Z"

/** What load and start say of one job. A start that is refused writes nothing. */
const judge = Effect.fnUntraced(function* (id: JobId, attempt = 0) {
  const ledger = yield* Ledger
  const worker = WorkerId.make(randomUUID())
  const [loaded] = yield* ledger.load([id])
  const [started] = yield* ledger.start([readyJob(id, attempt)], worker)
  return { loaded: loaded?.judgement, started: started?.judgement, worker }
})

const suppress = (organization: string, subject: string) =>
  ask(
    (sql) => sql`
      insert into suppressions (organization_id, subject, channel, reason)
      values (${organization}, ${subject}, 'email', 'unsubscribed')`
  )

/** Everything that can be wrong with a row at once, in the order in which it counts. */
interface Wrongs {
  readonly execution: "none" | "running" | "paused" | "cancelled"
  readonly isSuppressed: boolean
  readonly isExpired: boolean
  readonly isExhausted: boolean
  readonly isEarly: boolean
}

const expected = ({ execution, isEarly, isExhausted, isExpired, isSuppressed }: Wrongs): Judgement => {
  if (execution === "cancelled") return "cancelled"
  if (isSuppressed) return "suppressed"
  if (isExpired) return "expired"
  if (isExhausted) return "dead"
  if (execution === "paused") return "hold"
  return isEarly ? "later" : "sending"
}

const bits = [false, true]
const everyCombination: ReadonlyArray<Wrongs> = (["none", "running", "paused", "cancelled"] as const).flatMap(
  (execution) =>
    bits.flatMap((isSuppressed) =>
      bits.flatMap((isExpired) =>
        bits.flatMap((isExhausted) =>
          bits.map((isEarly) => ({ execution, isSuppressed, isExpired, isExhausted, isEarly }))
        )
      )
    )
)

const seedOf = Effect.fnUntraced(function* (wrongs: Wrongs) {
  const execution_id = wrongs.execution === "none" ? null : yield* plantExecution(wrongs.execution)
  const suppressed = yield* newOrganization
  const user_id = UserId.make("suppressed-user")
  if (wrongs.isSuppressed) yield* suppress(suppressed, `user:${user_id}`)
  return {
    organization_id: suppressed,
    user_id,
    execution_id,
    expires_at: wrongs.isExpired ? past : future,
    attempt: wrongs.isExhausted ? 5 : 0,
    send_after: wrongs.isEarly ? future : past
  } satisfies Partial<Seed>
})

layer(ledgerLayer)("Ledger.load and Ledger.start", (it) => {
  it.effect("say the first thing that is wrong, whatever else is, and alike", () =>
    Effect.forEach(everyCombination, (wrongs) =>
      Effect.gen(function* () {
        const seed = yield* seedOf(wrongs)
        const id = yield* plant(seed)
        const { loaded, started, worker } = yield* judge(id, seed.attempt)
        assert.deepStrictEqual(
          { loaded, started },
          { loaded: expected(wrongs), started: expected(wrongs) },
          JSON.stringify(wrongs)
        )
        const row = yield* rowOf(id)
        const isStarted = started === "sending"
        assert.deepStrictEqual(
          [row.status, row.attempt, row.worker],
          [isStarted ? "sending" : "queued", isStarted ? 1 : seed.attempt, isStarted ? worker : null]
        )
      })
    )
  )

  it.effect("say missing of a row that is not there, and skip every one that is taken or settled", () =>
    Effect.gen(function* () {
      const missing = yield* judge(yield* drawJobId)
      assert.deepInclude(missing, { loaded: "missing", started: "missing" })
      for (const status of Status.literals) {
        const id = yield* plant({ status, worker: WorkerId.make(randomUUID()) })
        const { loaded, started } = yield* judge(id)
        const waits = status === "queued" || status === "retrying"
        assert.deepStrictEqual(
          { status, loaded, started },
          { status, loaded: waits ? "sending" : "skip", started: waits ? "sending" : "skip" }
        )
      }
    })
  )

  it.effect("know a retry that is due, and one that is not", () =>
    Effect.gen(function* () {
      const early = yield* judge(
        yield* plant({ status: "retrying", attempt: 1, retry_at: future, send_after: past }),
        1
      )
      assert.deepInclude(early, { loaded: "later", started: "later" })
      const due = yield* judge(
        yield* plant({ status: "retrying", attempt: 1, retry_at: past, send_after: future }),
        1
      )
      assert.deepInclude(due, { loaded: "sending", started: "sending" })
    })
  )

  it.effect("answer each hint of a batch, once", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const ids = [yield* plant(), yield* drawJobId, yield* plant({ status: "sent" })]
      const worker = WorkerId.make(randomUUID())
      const loaded = yield* ledger.load(ids)
      assert.sameMembers(
        loaded.map(({ message_id }) => message_id),
        ids
      )
      const started = yield* ledger.start(
        ids.map((id) => readyJob(id)),
        worker
      )
      assert.sameMembers(
        started.map(({ judgement }) => judgement),
        ["sending", "missing", "skip"]
      )
      assert.deepStrictEqual(yield* ledger.load([]), [])
      assert.deepStrictEqual(yield* ledger.start([], worker), [])
    })
  )
})

layer(ledgerLayer)("suppression", (it) => {
  it.effect("of an address is seen by the start, which alone knows it", () =>
    Effect.gen(function* () {
      const organization_id = yield* newOrganization
      yield* suppress(organization_id, "address:hash-of-ada")
      const seen = yield* judge(yield* plant({ organization_id }))
      assert.deepInclude(seen, { loaded: "sending", started: "suppressed" })
    })
  )

  it.effect("is of one organization and one channel", () =>
    Effect.gen(function* () {
      const organization_id = yield* newOrganization
      yield* suppress(organization_id, "user:user-1")
      const elsewhere = yield* judge(yield* plant({ organization_id: yield* newOrganization }))
      assert.strictEqual(elsewhere.started, "sending")
      yield* ask(
        (sql) => sql`update suppressions set channel = 'sms' where organization_id = ${organization_id}`
      )
      assert.strictEqual((yield* judge(yield* plant({ organization_id }))).started, "sending")
    })
  )

  it.effect.each([
    [{ email: false }, "suppressed"],
    [{ email: true }, "sending"],
    [{ sms: false }, "sending"],
    [{}, "sending"]
  ] as const)("follows a consent of %j", ([consents, judgement]) =>
    Effect.gen(function* () {
      const organization_id = yield* newOrganization
      yield* ask(
        (sql) => sql`
          insert into profiles (organization_id, user_id, consents)
          values (${organization_id}, 'user-1', ${JSON.stringify(consents)}::text::jsonb)`
      )
      const seen = yield* judge(yield* plant({ organization_id }))
      assert.deepInclude(seen, { loaded: judgement, started: judgement })
    })
  )

  it.effect("that comes between load and start wins", () =>
    Effect.gen(function* () {
      const organization_id = yield* newOrganization
      const id = yield* plant({ organization_id })
      const [loaded] = yield* Ledger.use((ledger) => ledger.load([id]))
      yield* suppress(organization_id, "user:user-1")
      assert.deepStrictEqual([loaded?.judgement, (yield* judge(id)).started], ["sending", "suppressed"])
    })
  )
})

layer(ledgerLayer)("Ledger.start", (it) => {
  it.effect("lets exactly one of many start each job", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const ids = yield* Effect.forEach(Array.from({ length: 20 }), () => plant())
      const workers = Array.from({ length: 8 }, () => WorkerId.make(randomUUID()))
      const answers = yield* Effect.forEach(
        workers,
        (worker) =>
          ledger.start(
            ids.toReversed().map((id) => readyJob(id)),
            worker
          ),
        { concurrency: "unbounded" }
      )
      for (const id of ids) {
        const said = answers.map((each) => each.find(({ message_id }) => message_id === id)?.judgement)
        assert.deepStrictEqual(said.filter((judgement) => judgement === "sending").length, 1)
        assert.isTrue(said.every((judgement) => judgement === "sending" || judgement === "skip"))
        const row = yield* rowOf(id)
        assert.strictEqual(row.attempt, 1)
        assert.strictEqual(row.worker, workers[said.indexOf("sending")] ?? null)
      }
    })
  )

  it.effect("leaves a row alone that has had another attempt since it was loaded", () =>
    Effect.gen(function* () {
      const id = yield* plant({ status: "retrying", attempt: 2 })
      assert.strictEqual((yield* judge(id, 1)).started, "skip")
      assert.deepInclude(yield* rowOf(id), { status: "retrying", attempt: 2 })
      assert.strictEqual((yield* judge(id, 2)).started, "sending")
    })
  )

  it.effect("records what the attempt uses, and forgets what the last one left", () =>
    Effect.gen(function* () {
      const id = yield* plant({ status: "retrying", attempt: 1, retry_at: past })
      yield* ask(
        (sql) => sql`
        update campaign.campaign_messages set result = 'transient', phase = 'rcpt', provider_code = 451, error_message = 'busy'
        where message_id = ${id}`
      )
      yield* judge(id, 1)
      const [row] = yield* ask(
        (sql) => sql<Array<Record<string, unknown>>>`
        select recipient_address, contact_source, template_version, locale, title, result, phase, provider_code,
          error_message, retry_at, attempt_started_at is not null as has_begun
        from campaign.campaign_messages where message_id = ${id}`
      )
      assert.deepStrictEqual(
        { ...row },
        {
          recipient_address: "ada@example.com",
          contact_source: "profile",
          template_version: 1,
          locale: "en",
          title: "Welcome",
          result: null,
          phase: null,
          provider_code: null,
          error_message: null,
          retry_at: null,
          has_begun: true
        }
      )
    })
  )

  it.effect("sees a pause and a cancellation at once", () =>
    Effect.gen(function* () {
      const execution_id = yield* plantExecution("running")
      const first = yield* plant({ execution_id })
      const second = yield* plant({ execution_id })
      yield* setExecution(execution_id, "paused")
      assert.strictEqual((yield* judge(first)).started, "hold")
      yield* setExecution(execution_id, "running")
      assert.strictEqual((yield* judge(first)).started, "sending")
      yield* setExecution(execution_id, "cancelled")
      assert.strictEqual((yield* judge(second)).started, "cancelled")
    })
  )
})
