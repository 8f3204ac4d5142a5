/** Ids that are derived: the same for the same cause, another for any other. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { Channel } from "#schemas/Channel.ts"
import { JobId, OrganizationId, UserId } from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"
import {
  deadLetterIdOfJob,
  deadLetterIdOfMessage,
  eventIdOfKey,
  instantOf,
  jobId as deriveJobId,
  type JobKey,
  outcomeEventId
} from "#src/domain/ids.ts"
import { toInstant } from "#src/domain/instants.ts"
import { at, jobId } from "#test/support/jobs.ts"

const key: JobKey = {
  organizationId: OrganizationId.make("default"),
  cause: "5f0c7a7e-0000-4000-8000-000000000001",
  templateCode: "welcome_email",
  userId: UserId.make("user-1"),
  channel: "email",
  step: 0
}
const noon = at("2026-11-21T12:00:00.000Z")

/** Milliseconds of the years 1970 to 9999. */
const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 253_402_300_799_999 }))
const Key = Schema.Struct({
  organizationId: OrganizationId,
  cause: Schema.NonEmptyString,
  templateCode: Schema.NonEmptyString,
  userId: UserId,
  channel: Channel,
  step: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6 }))
})
const isVersion8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe("jobId", () => {
  it.prop(
    "is a UUID of version 8 that says its instant and is the same again",
    [Millis, Key],
    ([ms, asked]) => {
      const id = deriveJobId(toInstant(ms), asked)
      assert.match(id, isVersion8)
      assert.strictEqual(Date.parse(instantOf(id)), ms)
      assert.strictEqual(deriveJobId(toInstant(ms), { ...asked }), id)
    }
  )

  it.prop("sorts by its instant", [Millis, Millis, Key, Key], ([one, other, a, b]) => {
    if (one === other) return
    assert.strictEqual(deriveJobId(toInstant(one), a) < deriveJobId(toInstant(other), b), one < other)
  })

  it.each<Partial<JobKey>>([
    { organizationId: OrganizationId.make("acme") },
    { cause: "5f0c7a7e-0000-4000-8000-000000000002" },
    { templateCode: "goodbye_email" },
    { userId: UserId.make("user-2") },
    { channel: "sms" },
    { step: 1 }
  ])("is another for another %o", (difference) => {
    assert.notStrictEqual(deriveJobId(noon, { ...key, ...difference }), deriveJobId(noon, key))
  })

  it("keeps neighbouring parts apart", () => {
    const one = deriveJobId(noon, { ...key, cause: "a", templateCode: "bc" })
    assert.notStrictEqual(deriveJobId(noon, { ...key, cause: "ab", templateCode: "c" }), one)
  })

  // Jobs of an earlier version of the program must be found again by this one.
  it("stays the one it was in earlier versions", () => {
    assert.strictEqual(deriveJobId(noon, key), "01a1fdfa-4600-8000-bd76-07093a96c8b2")
  })
})

describe("the other ids", () => {
  it.prop("of a dead job carries the job's instant", [Millis, Key], ([ms, asked]) => {
    const id = deadLetterIdOfJob({ message_id: deriveJobId(toInstant(ms), asked), generation: 0, attempt: 1 })
    assert.match(id, isVersion8)
    assert.strictEqual(Date.parse(instantOf(id)), ms)
  })

  it("tell one death of a job from another", () => {
    const life = { message_id: jobId(1), generation: 0, attempt: 5 }
    assert.strictEqual(deadLetterIdOfJob(life), deadLetterIdOfJob({ ...life }))
    for (const other of [{ attempt: 10 }, { generation: 1 }, { message_id: jobId(2) }])
      assert.notStrictEqual(deadLetterIdOfJob(life), deadLetterIdOfJob({ ...life, ...other }))
  })

  it.each([{ sequence: 2 }, { stream: "JOBS_EMAIL" }, { consumer: "bury-dead-letters" }])(
    "tell dead messages apart by %o",
    (difference) => {
      const message = { stream: "EVENTS", consumer: "plan-events", sequence: 1 }
      assert.notStrictEqual(
        deadLetterIdOfMessage(noon, { ...message, ...difference }),
        deadLetterIdOfMessage(noon, message)
      )
    }
  )

  it("tell a sequence that is used again by its instant", () => {
    const message = { stream: "EVENTS", consumer: "plan-events", sequence: 1 }
    const later = at("2026-11-21T12:00:00.001Z")
    assert.notStrictEqual(deadLetterIdOfMessage(later, message), deadLetterIdOfMessage(noon, message))
  })

  it("name an outcome by message, status and attempt", () => {
    const outcome = { message_id: jobId(1), status: "sent", attempt: 1 }
    assert.strictEqual(outcomeEventId(noon, outcome), outcomeEventId(noon, { ...outcome }))
    assert.notStrictEqual(
      outcomeEventId(noon, { ...outcome, status: "failed" }),
      outcomeEventId(noon, outcome)
    )
    assert.notStrictEqual(outcomeEventId(noon, { ...outcome, attempt: 2 }), outcomeEventId(noon, outcome))
  })

  it("name a caller's key by organization and purpose", () => {
    const id = eventIdOfKey(key.organizationId, "idempotency-key", "k")
    assert.match(id, /^00000000-0000-8/)
    assert.strictEqual(eventIdOfKey(key.organizationId, "idempotency-key", "k"), id)
    assert.notStrictEqual(eventIdOfKey(key.organizationId, "message-id", "k"), id)
    assert.notStrictEqual(eventIdOfKey(OrganizationId.make("acme"), "idempotency-key", "k"), id)
  })

  it("are read as instants in any case of their letters", () => {
    const id = deriveJobId(Instant.make("2026-11-21T12:00:00.123Z"), key)
    assert.strictEqual(instantOf(JobId.make(id.toUpperCase())), "2026-11-21T12:00:00.123Z")
  })
})
