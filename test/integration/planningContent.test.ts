/** What acceptance writes of an event: the person's profile, and jobs as the event's delivery options ask for them. */

import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"

import { type OrganizationId } from "#schemas/Ids.ts"
import { ProfileRepository } from "#src/repositories/ProfileRepository.ts"
import { Planning } from "#src/services/Planning.ts"
import { acceptedAt, eventId, sampleBody } from "#test/support/events.ts"
import { ask, ledgerLayer, newOrganization } from "#test/support/ledger.ts"

const planning = Planning.layer.pipe(Layer.provideMerge(ledgerLayer))

/** Accepts all in one batch, each with an id of its own. */
const accept = Effect.fnUntraced(function* (
  organizationId: OrganizationId,
  ...bodies: ReadonlyArray<object>
) {
  const events = bodies.map((body, n) => ({
    organizationId,
    body: sampleBody({ event_id: eventId(n + 1), ...body }),
    acceptedAt,
    via: "http" as const,
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
  }))
  const answers = yield* Planning.use((planning) => planning.accept(events))
  for (const answer of answers) assert.isTrue(Result.isSuccess(answer), JSON.stringify(answer))
})

const profileOf = (organization: OrganizationId) =>
  Effect.map(
    ProfileRepository.use((profiles) => profiles.get(organization, "user-1")),
    (found) => (found._tag === "Some" ? found.value : null)
  )

const jobOf = Effect.fnUntraced(function* (organization: OrganizationId) {
  const [job] = yield* ask(
    (sql) => sql<Array<Record<string, unknown>>>`
      select user_id, channel_type, recipient_address, contact_source, template_code, locale, data, message_class,
        priority, traceparent, status, attempt, max_attempts, retry_delays_seconds, send_after, expires_at
      from campaign.campaign_messages where organization_id = ${organization}`
  )
  return job
})

const person = (payload: object, occurred_at = "2026-11-21T12:00:00Z") => ({
  occurred_at,
  payload: { user_id: "user-1", ...payload }
})

layer(planning)("Planning.accept: profiles", (it) => {
  it.effect("makes a profile of a registration, and keeps what a later one does not say", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      yield* accept(
        organization,
        person({ email: "ada@example.com", first_name: "Ada", attributes: { a: 1, b: 1 } })
      )
      yield* accept(organization, {
        ...person({ email: "new@example.com", locale: "de", attributes: { b: 2 } }),
        event_id: eventId(2)
      })
      assert.deepStrictEqual(yield* profileOf(organization), {
        user_id: "user-1",
        email: "new@example.com",
        phone: null,
        first_name: "Ada",
        last_name: null,
        locale: "de",
        timezone: null,
        attributes: { a: 1, b: 2 }
      })
    })
  )

  // Concurrent calls share a commit: it must not matter which of them do.
  it.effect("makes the same of two registrations in one batch, whatever their order there", () =>
    Effect.gen(function* () {
      const first = person(
        { email: "ada@example.com", phone: "+491", attributes: { a: 1, b: 1 } },
        "2026-11-21T12:00:00Z"
      )
      const later = person({ email: "new@example.com", attributes: { b: 2 } }, "2026-11-21T12:00:01Z")
      const [one, other] = [yield* newOrganization, yield* newOrganization]
      yield* accept(one, first, later)
      yield* accept(other, later, first)
      const expected = { email: "new@example.com", phone: "+491", attributes: { a: 1, b: 2 } }
      assert.deepInclude(yield* profileOf(one), expected)
      assert.deepInclude(yield* profileOf(other), expected)
    })
  )

  it.effect("changes no profile by an event that was accepted before", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      yield* accept(organization, person({ first_name: "Ada" }))
      yield* ask(
        (sql) => sql`update profiles set first_name = 'Grace' where organization_id = ${organization}`
      )
      yield* accept(organization, person({ first_name: "Ada" }))
      assert.deepInclude(yield* profileOf(organization), { first_name: "Grace" })
    })
  )
})

layer(planning)("Planning.accept: jobs", (it) => {
  it.effect("plans as the event's delivery options say", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      yield* accept(organization, {
        version: 7,
        payload: { user_id: "user-1", plan: "gold" },
        delivery: {
          send_after: "2026-12-01T10:00:00+02:00",
          expires_at: "2026-12-02T00:00:00.5Z",
          priority: "high",
          max_attempts: 3,
          retry_delays_seconds: [1, 2],
          channels: ["EMAIL"],
          locale: "de-AT"
        }
      })
      assert.deepStrictEqual(yield* jobOf(organization), {
        user_id: "user-1",
        channel_type: "email",
        recipient_address: null,
        contact_source: null,
        template_code: "welcome_email",
        locale: "de-AT",
        data: { version: 7, user_id: "user-1", plan: "gold" },
        message_class: "transactional",
        priority: "high",
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        status: "queued",
        attempt: 0,
        max_attempts: 3,
        retry_delays_seconds: [1, 2],
        send_after: "2026-12-01T08:00:00.000Z",
        expires_at: "2026-12-02T00:00:00.500Z"
      })
    })
  )

  it.effect("plans as the type says where the event says nothing", () =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      yield* accept(organization, {})
      assert.deepInclude(yield* jobOf(organization), {
        max_attempts: 5,
        retry_delays_seconds: [5, 30, 120, 600],
        priority: "normal",
        send_after: null,
        expires_at: null
      })
    })
  )

  it.effect("knows the due time of a row whose jobs all wait, and none where one may go", () =>
    Effect.gen(function* () {
      const dueOf = (organization: OrganizationId) =>
        ask(
          (sql) => sql<Array<{ due_at: string | null }>>`
            select distinct o.due_at from outbox o join campaign.campaign_messages m on m.message_id = any(o.keys)
            where o.kind = 'jobs' and m.organization_id = ${organization}`
        )
      const waits = (send_after: string) => ({ delivery: { send_after } })
      const [one, other] = [yield* newOrganization, yield* newOrganization]
      yield* accept(one, waits("2026-12-02T00:00:00Z"), waits("2026-12-01T00:00:00Z"))
      assert.deepStrictEqual(yield* dueOf(one), [{ due_at: "2026-12-01T00:00:00.000Z" }])
      yield* accept(other, waits("2026-12-02T00:00:00Z"), {})
      assert.deepStrictEqual(yield* dueOf(other), [{ due_at: null }])
    })
  )

  // What JSON and RFC 3339 can say and a column cannot must not bring a batch down.
  it.effect.each<[string, object]>([
    [
      "instants of the year 0000",
      { delivery: { send_after: "0000-01-01T00:00:00Z", expires_at: "0001-01-01T00:00:00+14:00" } }
    ],
    [
      "instants of the year 9999",
      { occurred_at: "9999-12-31T23:59:59.999Z", delivery: { send_after: "9999-12-31T23:59:59Z" } }
    ],
    ["numbers of any size", { payload: { user_id: "user-1", big: 1e308, small: 5e-324, n: -0 } }],
    ["odd names of members", { payload: { user_id: "user-1", "": 1, "\u2028": { "a.b": [] } }, "": 1 }],
    ["a long text", { payload: { user_id: "user-1", text: "\u{1f600}".repeat(20_000) } }]
  ])("keeps, or refuses by itself, %s", ([, body]) =>
    Effect.gen(function* () {
      const organization = yield* newOrganization
      const event = (n: number, members: object) => ({
        organizationId: organization,
        body: sampleBody({ event_id: eventId(n), ...members }),
        acceptedAt,
        via: "nats" as const
      })
      const [odd, plain] = yield* Planning.use((planning) => planning.accept([event(1, body), event(2, {})]))
      assert.isTrue(plain !== undefined && Result.isSuccess(plain))
      if (odd !== undefined && Result.isFailure(odd)) assert.strictEqual(odd.failure.reason, "invalid_event")
    })
  )
})
