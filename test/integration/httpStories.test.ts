/** The reading side over HTTP: deliveries, a user's history, the balance, dead letters. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { Postgres, type Sql } from "#src/postgres/Postgres.ts"
import { at, call, each, registration, type Reply } from "#test/support/httpCall.ts"
import { httpServer } from "#test/support/httpServer.ts"

const sql = <A>(statement: (sql: Sql) => PromiseLike<A>) => Postgres.use(({ query }) => query(statement))

/** A message in the ledger, planned over HTTP; its id. */
const planned = Effect.fnUntraced(function* (userId: string) {
  const event = registration({ payload: { user_id: userId, email: "ada@example.org" } })
  const { event_id } = event
  const reply = yield* call({ path: "/api/v1/events", body: event })
  assert.strictEqual(reply.status, 202, reply.text)
  const story = yield* call({ path: `/api/v1/events/${event_id}` })
  const job_id = String(at(story, "jobs.0.job_id"))
  return { event_id, job_id }
})

const newUser = () => `user-${randomUUID()}`

layer(httpServer({ embedded: true, nats: "none" }), { excludeTestServices: true })(
  "the reading side",
  (it) => {
    it.effect("tells a delivery's whole story, the earlier attempts too, oldest first", () =>
      Effect.gen(function* () {
        const { event_id, job_id } = yield* planned(newUser())
        yield* sql(
          (sql) => sql`
          insert into campaign.delivery_attempts (message_id, attempt, started_at, finished_at, phase, result, provider,
            provider_code, provider_message, retry_at)
          values (${job_id}, 1, now() + '1 s', now() + '2 s', 'rcpt', 'transient', 'smtp', 451, 'later', now() + '7 s')`
        )
        yield* sql(
          (sql) => sql`
          update campaign.campaign_messages set status = 'sent', attempt = 2, attempt_started_at = now() + '7 s',
            attempt_finished_at = now() + '8 s', sent_at = now() + '8 s', settled_at = now() + '8 s', phase = 'accepted',
            result = 'sent', provider = 'smtp', provider_code = 250, error_message = 'ok', contact_source = 'profile',
            template_version = 1, locale = 'en', title = 'Welcome'
          where message_id = ${job_id}`
        )
        const reply = yield* call({ path: `/api/v1/deliveries/${job_id}` })
        assert.strictEqual(reply.status, 200)
        assert.deepInclude(reply.json, {
          job_id,
          event_id,
          campaign_id: null,
          execution_id: null,
          channel: "email",
          template_code: "welcome_email",
          template_version: 1,
          status: "sent",
          reason: null,
          contact_source: "profile",
          send_after: null,
          expires_at: null
        })
        const attempts = (member: string) => each(reply, "attempts", member)
        assert.deepStrictEqual(attempts("attempt"), [1, 2])
        assert.deepStrictEqual(attempts("result"), ["transient", "sent"])
        assert.deepStrictEqual(attempts("phase"), ["rcpt", "accepted"])
        assert.deepStrictEqual(attempts("provider_code"), [451, 250])
        assert.deepStrictEqual(attempts("provider_message"), ["later", "ok"])
        assert.deepStrictEqual(each(reply, "history", "status"), [
          "queued",
          "sending",
          "retrying",
          "sending",
          "sent"
        ])
      })
    )

    it.effect("does not find what is not there, or what cannot be an id", () =>
      Effect.gen(function* () {
        const missing = [
          `/api/v1/deliveries/${randomUUID()}`,
          "/api/v1/deliveries/nothing",
          `/api/v1/events/${randomUUID()}`,
          "/api/v1/events/%00",
          `/api/v1/dead-letters/${randomUUID()}`,
          "/api/v1/users/%20/notifications",
          "/api/v1/balance?execution_id=exe_none",
          "/api/v1/nothing",
          "/"
        ]
        for (const path of missing) {
          const reply = yield* call({ path })
          assert.strictEqual(reply.status, 404, path)
          assert.strictEqual(reply.json["code"], "not_found", path)
        }
      })
    )

    it.effect("does not show another organization's", () =>
      Effect.gen(function* () {
        const { event_id, job_id } = yield* planned(newUser())
        yield* sql(
          (sql) =>
            sql`update campaign.campaign_messages set organization_id = 'other' where message_id = ${job_id}`
        )
        assert.strictEqual((yield* call({ path: `/api/v1/deliveries/${job_id}` })).status, 404)
        assert.deepStrictEqual((yield* call({ path: `/api/v1/events/${event_id}` })).json["jobs"], [])
        yield* sql(
          (sql) =>
            sql`update campaign.campaign_messages set organization_id = 'default' where message_id = ${job_id}`
        )
      })
    )

    it.effect("pages through a user's history by cursor and by offset, newest first", () =>
      Effect.gen(function* () {
        const user = newUser()
        const ids: Array<string> = []
        for (let index = 0; index < 5; index++) ids.unshift((yield* planned(user)).job_id)
        const sorted = ids.toSorted().toReversed()
        const page = (query: string) => call({ path: `/api/v1/users/${user}/notifications?${query}` })
        const first = yield* page("limit=2")
        assert.deepInclude(first.json, { total: 5, limit: 2, offset: 0, has_more: true })
        assert.deepInclude(at(first, "notifications.0"), {
          channel: "email",
          template_code: "welcome_email",
          status: "RETRYING"
        })
        const second = yield* page(`limit=2&cursor=${String(first.json["next_cursor"])}`)
        const third = yield* page(`limit=2&cursor=${String(second.json["next_cursor"])}`)
        const jobs = (reply: Reply) => each(reply, "notifications", "job_id")
        assert.deepStrictEqual([first, second, third].flatMap(jobs), sorted)
        assert.deepInclude(third.json, { has_more: false, next_cursor: null, total: 5 })
        assert.deepStrictEqual(jobs(yield* page("limit=2&offset=4")), sorted.slice(4))
        assert.lengthOf(jobs(yield* page("status=sent")), 0)
        assert.lengthOf(jobs(yield* page("status=retrying&channel=EMAIL")), 5)
      })
    )

    it.effect.each([
      "limit=0",
      "limit=101",
      "limit=x",
      "offset=-1",
      "status=gone",
      "channel=fax",
      "cursor=$",
      "cursor=abcd",
      "limit=1&limit=2"
    ])("refuses the query %s, naming the member", (query) =>
      Effect.gen(function* () {
        const reply = yield* call({ path: `/api/v1/users/ada/notifications?${query}` })
        assert.strictEqual(reply.status, 422, reply.text)
        assert.strictEqual(reply.json["code"], "invalid_query")
        assert.strictEqual(at(reply, "errors.0.path"), `query.${query.split("=", 1).join("")}`)
        assert.match(String(at(reply, "errors.0.message")), /^expected /)
      })
    )

    it.effect("lists deliveries by event, user, status and channel", () =>
      Effect.gen(function* () {
        const user = newUser()
        const { event_id, job_id } = yield* planned(user)
        yield* planned(newUser())
        const ids = (query: string) =>
          Effect.map(call({ path: `/api/v1/deliveries?${query}` }), (reply) =>
            each(reply, "deliveries", "job_id")
          )
        assert.deepStrictEqual(yield* ids(`event_id=${event_id}`), [job_id])
        assert.deepStrictEqual(yield* ids(`user_id=${user}&status=queued&channel=email`), [job_id])
        assert.deepStrictEqual(yield* ids(`user_id=${user}&status=unknown`), [])
      })
    )

    it.effect("balances, and says so where a row has gone", () =>
      Effect.gen(function* () {
        const { job_id } = yield* planned(newUser())
        yield* sql(
          (sql) => sql`update campaign.campaign_messages set status = 'opened' where message_id = ${job_id}`
        )
        const before = (yield* call({ path: "/api/v1/balance" })).json
        const { balanced, planned: total, ...counts } = before
        const counted = Object.values(counts).reduce<number>((sum, count) => sum + Number(count), 0)
        assert.isTrue(balanced)
        assert.strictEqual(counted, total)
        assert.isAtLeast(Number(before["delivered"]), 1)
        yield* sql((sql) => sql`delete from campaign.campaign_messages where message_id = ${job_id}`)
        const after = (yield* call({ path: "/api/v1/balance" })).json
        assert.deepInclude(after, { balanced: false, planned: total })
      })
    )

    it.effect("shows dead letters with body, headers and history", () =>
      Effect.gen(function* () {
        const [text, bytes] = [randomUUID(), randomUUID()]
        const insert = (id: string, body: string, died_at: string) =>
          sql(
            (sql) => sql`
            insert into dead_letters (dead_letter_id, organization_id, stream, subject, consumer, reason, detail,
              deliveries, event_type, body, headers, history, died_at)
            values (${id}, 'default', 'EVENTS', 'events.default.x', 'plan-events', 'invalid_payload', 'payload: no', 2,
              'x', decode(${body}, 'hex'), '{"a": "b"}', '[{"attempt": 1}]', ${died_at})`
          )
        yield* insert(text, Buffer.from('{"a": 1}').toString("hex"), "2026-01-01T00:00:00Z")
        yield* insert(bytes, "ff00", "2026-01-02T00:00:00Z")
        const get = (rest: string) => call({ path: `/api/v1/dead-letters${rest}` })
        const list = yield* get("?event_type=x&reason=invalid_payload&limit=1")
        assert.deepInclude(list.json, { total: 2, has_more: true })
        assert.deepInclude(at(list, "dead_letters.0"), {
          dead_letter_id: bytes,
          deliveries: 2,
          state: "open",
          job_id: null,
          died_at: "2026-01-02T00:00:00Z"
        })
        const next = yield* get(`?event_type=x&limit=1&cursor=${String(list.json["next_cursor"])}`)
        assert.strictEqual(at(next, "dead_letters.0.dead_letter_id"), text)
        const whole = { body: '{"a": 1}', headers: { a: "b" }, history: [{ attempt: 1 }] }
        assert.deepInclude((yield* get(`/${text}`)).json, whole)
        const binary = yield* get(`/${bytes}`)
        assert.strictEqual(binary.json["body_base64"], "/wA=")
        assert.notProperty(binary.json, "body")
        assert.deepStrictEqual((yield* get("?stream=JOBS_EMAIL")).json["dead_letters"], [])
      })
    )
  }
)
