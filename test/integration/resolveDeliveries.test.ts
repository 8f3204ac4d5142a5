/** Resolving what is in doubt over HTTP, on a real ledger: one word is obeyed, and kept. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { type AccessRole } from "#schemas/AccessRole.ts"
import { UserId } from "#schemas/Ids.ts"
import { bearer, newKey } from "#test/support/apiKeys.ts"
import {
  countersOf,
  inDoubt,
  letterOf,
  refused,
  replay,
  resolve,
  story,
  together,
  tried
} from "#test/support/decisions.ts"
import { at, call, each } from "#test/support/httpCall.ts"
import { httpServer } from "#test/support/httpServer.ts"
import { sampleAttempt } from "#test/support/jobs.ts"
import { ask, forgotten, plant, plantExecution, rowOf, setExecution } from "#test/support/ledger.ts"

layer(httpServer({ embedded: true, nats: "none" }), { excludeTestServices: true })(
  "operators who resolve",
  (it) => {
    it.effect.each([
      { as: "sent", status: "sent", counted: [{ status: "sent", count: 1 }] },
      { as: "failed", status: "failed", counted: [{ status: "failed", count: 1 }] },
      { as: "resend", status: "queued", counted: [] }
    ])("settle an unknown as $as once, with who and why", ({ as, counted, status }) =>
      Effect.gen(function* () {
        const execution_id = yield* plantExecution("running")
        const id = yield* inDoubt({ execution_id })
        const body = { as, note: "the provider's log says so" }
        const replies = yield* Effect.all([resolve(id, body), resolve(id, body), resolve(id, body)], together)
        assert.deepStrictEqual(replies.map((reply) => String(reply.status)).toSorted(), ["200", "409", "409"])
        for (const { json } of replies.filter((reply) => reply.status === 409))
          assert.deepInclude(json, { code: "not_unknown", detail: `message ${id} is ${status}, not unknown` })
        const told = yield* story(id)
        assert.deepInclude(told.json, { status })
        assert.deepStrictEqual(each(told, "history", "status"), ["queued", "sending", "unknown", status])
        assert.deepInclude(at(told, "history.3"), {
          reason: "resolved",
          by: "operator",
          note: "the provider's log says so"
        })
        assert.deepStrictEqual(yield* countersOf(execution_id), counted)
        assert.deepStrictEqual(yield* forgotten, [])
        const outcomes = yield* ask(
          (sql) => sql<Array<{ status: string }>>`
          select entries -> 0 ->> 'status' as status from outbox
          where kind = 'outcomes' and ${id}::uuid = any(keys) order by outbox_id`
        )
        assert.deepStrictEqual(outcomes.slice(1), as === "resend" ? [] : [{ status }])
      })
    )

    it.effect("are named, and their notes shown, to operators and editors alone", () =>
      Effect.gen(function* () {
        const id = yield* inDoubt()
        yield* resolve(id, { as: "sent", note: "she told us by telephone" })
        const decisionFor = Effect.fnUntraced(function* (role: AccessRole) {
          const { key } = yield* newKey(role)
          return at(yield* call({ path: `/api/v1/deliveries/${id}`, headers: bearer(key) }), "history.3")
        })
        const said = { by: "operator", note: "she told us by telephone" }
        for (const role of ["operator", "editor"] as const) assert.deepInclude(yield* decisionFor(role), said)
        for (const role of ["publisher", "viewer"] as const) {
          const step = yield* decisionFor(role)
          assert.deepInclude(step, { status: "sent", reason: "resolved" })
          assert.doesNotHaveAnyKeys(step, ["by", "note"])
        }
      })
    )

    it.effect("may replay what was resolved as failed, and resend what has no attempt left", () =>
      Effect.gen(function* () {
        const id = yield* inDoubt({ max_attempts: 1 })
        yield* resolve(id, { as: "failed" })
        const letter = yield* letterOf(id)
        const whole = yield* call({ path: `/api/v1/dead-letters/${letter}` })
        assert.deepStrictEqual(each(whole, "history", "result"), ["unknown"])
        assert.deepStrictEqual((yield* replay(letter)).json, { replayed: 1 })
        yield* tried(id, { ...refused, result: "unknown", phase: "final_dot" })
        yield* resolve(id, { as: "resend", note: null })
        yield* tried(id, sampleAttempt())
        assert.deepInclude(yield* rowOf(id), { status: "sent", attempt: 3, max_attempts: 3, generation: 2 })
        assert.deepStrictEqual(each(yield* story(id), "history", "status"), [
          "queued",
          "sending",
          "unknown",
          "failed",
          "queued",
          "sending",
          "unknown",
          "queued",
          "sending",
          "sent"
        ])
      })
    )

    it.effect("find those in doubt by a register, and no others", () =>
      Effect.gen(function* () {
        const mine = [yield* inDoubt(), yield* inDoubt({ user_id: UserId.make("grace") }), yield* inDoubt()]
        yield* plant()
        const list = (rest: string) => call({ path: `/api/v1/deliveries?status=unknown${rest}` })
        const newest = mine.toSorted().toReversed()
        assert.deepStrictEqual(each(yield* list(""), "deliveries", "job_id"), newest)
        assert.strictEqual(at(yield* list(""), "total"), 3)
        assert.deepStrictEqual(each(yield* list("&user_id=grace"), "deliveries", "job_id"), [mine[1]])
        const first = yield* list("&limit=1&channel=email")
        const cursor = String(at(first, "next_cursor"))
        assert.deepStrictEqual(
          each(yield* list(`&cursor=${cursor}`), "deliveries", "job_id"),
          newest.slice(1)
        )
        yield* Effect.forEach(mine, (id) => resolve(id, { as: "sent" }))
        assert.deepStrictEqual(each(yield* list(""), "deliveries", "job_id"), [])
        const left = yield* ask((sql) => sql`select from campaign.deliveries_in_doubt`)
        assert.lengthOf(left, 0)
      })
    )

    it.effect("send nothing again of an execution that is cancelled", () =>
      Effect.gen(function* () {
        const execution_id = yield* plantExecution("running")
        const id = yield* inDoubt({ execution_id })
        yield* setExecution(execution_id, "cancelled")
        assert.strictEqual(at(yield* resolve(id, { as: "resend" }), "status"), "cancelled")
        assert.deepStrictEqual(yield* countersOf(execution_id), [{ status: "cancelled", count: 1 }])
      })
    )

    it.effect("are told what is wrong with their word", () =>
      Effect.gen(function* () {
        const id = yield* inDoubt()
        for (const body of [
          {},
          { as: "delivered" },
          { as: "sent", why: "x" },
          { as: "sent", note: "\u0000" }
        ])
          assert.deepInclude((yield* resolve(id, body)).json, { status: 422, code: "invalid_body" })
        assert.strictEqual(
          (yield* call({ path: `/api/v1/deliveries/${randomUUID()}/resolve`, body: { as: "sent" } })).status,
          404
        )
        yield* ask(
          (sql) =>
            sql`update campaign.campaign_messages set organization_id = 'acme' where message_id = ${id}`
        )
        assert.strictEqual((yield* resolve(id, { as: "sent" })).status, 404)
      })
    )
  }
)
