/** What an event leads to. */

import { assert, describe, it } from "@effect/vitest"
import { Array, Option, Result, Schema } from "effect"

import { DeliveryOptions } from "#schemas/Event.ts"
import { NotificationRule } from "#schemas/EventDefinition.ts"
import { TemplateCode, UserId } from "#schemas/Ids.ts"
import { instantOf } from "#src/domain/ids.ts"
import { type CheckedEvent, plan } from "#src/domain/plan.ts"
import { type Refusal } from "#src/domain/Refusal.ts"
import { acceptedAt, checked, definitionOf, rule } from "#test/support/events.ts"
import { at } from "#test/support/jobs.ts"

const jobsOf = (event: CheckedEvent, ...rules: ReadonlyArray<NotificationRule>) =>
  Result.getOrThrow(plan(event, definitionOf(...rules)))

/** The one job that the rule leads to. */
const jobOf = (event: CheckedEvent, overrides: Partial<NotificationRule> = {}) => {
  const [job, ...others] = jobsOf(event, rule(overrides))
  assert.isEmpty(others)
  return Option.getOrThrow(Option.fromUndefinedOr(job))
}

const refusalOf = (event: CheckedEvent, overrides: Partial<NotificationRule> = {}): Refusal => {
  const planned = plan(event, definitionOf(rule(overrides)))
  return Result.getOrThrow(Result.flip(planned))
}

const withPayload = (payload: Readonly<Record<string, unknown>>) => checked({ payload })
const withDelivery = (delivery: DeliveryOptions) => checked({ delivery })

describe("plan: recipients", () => {
  it("makes one job for the user that the payload names", () => {
    const job = jobOf(checked())
    assert.strictEqual(job.user_id, "user-1")
    assert.strictEqual(instantOf(job.job_id), acceptedAt)
  })

  it("makes one job a user of a list, each once, numbers read as texts", () => {
    const event = withPayload({ order: { buyers: ["b", 7, "b", "a"] } })
    const jobs = jobsOf(event, rule({ recipients: { from: "payload", path: "order.buyers" } }))
    assert.deepStrictEqual(
      jobs.map(({ user_id }) => user_id),
      ["b", "7", "a"].map((id) => UserId.make(id))
    )
  })

  it("makes none of an empty list", () => {
    assert.deepStrictEqual(jobsOf(withPayload({ user_id: [] }), rule()), [])
  })

  it.each<[unknown, string]>([
    [undefined, "nothing"],
    [null, "null"],
    [{ id: 1 }, "object"],
    [1.5, "number"],
    ["a b", "string"],
    ["", "string"],
    [["a", "b c"], "array"],
    [["a", null], "array"]
  ])("refuses %j and says where it is, and that it got %s", (user_id, got) => {
    const { detail, errors, reason } = refusalOf(withPayload({ user_id }))
    assert.strictEqual(reason, "invalid_payload")
    assert.match(detail, /^payload\.user_id: expected an id/)
    assert.deepStrictEqual(
      errors.map((one) => ({ path: one.path, got: one.got })),
      [{ path: "payload.user_id", got }]
    )
  })

  it.each<NotificationRule["recipients"]>([
    { from: "segment", segment_id: "seg_1" },
    { from: "rules", rules: {} }
  ])("refuses recipients from $from as not implemented", (recipients) => {
    assert.strictEqual(refusalOf(checked(), { recipients }).reason, "not_implemented")
  })
})

describe("plan: channels", () => {
  it("refuses a channel that has no sender, of the rule or of the event", () => {
    assert.strictEqual(refusalOf(checked(), { channels: ["email", "sms"] }).reason, "not_implemented")
    assert.match(refusalOf(withDelivery({ channels: ["push"] })).detail, /push/)
  })

  it("goes by the event's channels, each once", () => {
    const jobs = jobsOf(withDelivery({ channels: ["email", "email"] }), rule({ channels: ["sms"] }))
    assert.deepStrictEqual(
      jobs.map(({ channel }) => channel),
      ["email"]
    )
  })

  // Two rules that differ in their channel alone become one when the event says the channel.
  it("makes one job of two rules that lead to the same message", () => {
    const event = withDelivery({ channels: ["email"] })
    assert.lengthOf(jobsOf(event, rule({ channels: ["email"] }), rule({ channels: ["sms"] })), 1)
  })

  it("tells the rules of one event apart by their template", () => {
    const jobs = jobsOf(checked(), rule(), rule({ template_code: TemplateCode.make("invoice") }))
    assert.lengthOf(new Set(jobs.map(({ job_id }) => job_id)), 2)
    assert.deepStrictEqual(
      jobs.map(({ template_code }) => template_code),
      ["welcome_email", "invoice"]
    )
  })
})

describe("plan: send_after", () => {
  const payload = { user_id: "user-1", starts_at: "2026-12-01T10:00:00+02:00" }
  const named = at("2026-12-01T08:00:00.000Z")

  it.each<[string, Partial<NotificationRule>, string | null]>([
    ["neither delay nor path: at once", {}, null],
    ["a delay of nothing: at once", { delay_seconds: 0 }, null],
    ["a delay counts from accepted_at", { delay_seconds: 60 }, "2026-11-21T12:01:05.000Z"],
    ["a path names an instant of the payload", { send_after_path: "starts_at" }, named],
    ["the later of both: the path", { send_after_path: "starts_at", delay_seconds: 60 }, named],
    [
      "the later of both: the delay",
      { send_after_path: "starts_at", delay_seconds: 8_640_000 },
      "2027-03-01T12:00:05.000Z"
    ],
    [
      "a path to nothing: the delay",
      { send_after_path: "absent", delay_seconds: 60 },
      "2026-11-21T12:01:05.000Z"
    ],
    ["a path of null: at once", { send_after_path: null }, null]
  ])("%s", (_, overrides, send_after) => {
    assert.strictEqual(jobOf(withPayload(payload), overrides).send_after, send_after)
  })

  it("goes by the event's own word", () => {
    const asked = at("2026-11-21T12:00:00.000Z")
    const event = checked({ payload, delivery: { send_after: asked } })
    assert.strictEqual(jobOf(event, { send_after_path: "starts_at" }).send_after, asked)
    const silent = checked({ payload, delivery: { send_after: null } })
    assert.strictEqual(jobOf(silent, { send_after_path: "starts_at" }).send_after, named)
  })

  it.each<[unknown, string]>([
    ["tomorrow", "string"],
    [["2026-12-01T10:00:00Z"], "array"],
    [12, "number"]
  ])("refuses %j at the path, and says that it got %s", (starts_at, got) => {
    const { errors, reason } = refusalOf(withPayload({ user_id: "u", starts_at }), {
      send_after_path: "starts_at"
    })
    assert.strictEqual(reason, "invalid_payload")
    assert.deepInclude(errors[0], { path: "payload.starts_at", got })
  })
})

describe("plan: expires_at", () => {
  const asked = at("2026-11-21T12:30:00.000Z")

  it.each<{ name: string; said: DeliveryOptions; ruled: Partial<NotificationRule>; at: string | null }>([
    { name: "never, where no one says", said: {}, ruled: {}, at: null },
    {
      name: "counted from occurred_at",
      said: {},
      ruled: { expires_in_seconds: 60 },
      at: "2026-11-21T12:01:00.000Z"
    },
    {
      name: "at once for a validity of nothing",
      said: {},
      ruled: { expires_in_seconds: 0 },
      at: "2026-11-21T12:00:00.000Z"
    },
    { name: "as the event says", said: { expires_at: asked }, ruled: { expires_in_seconds: 60 }, at: asked },
    {
      name: "as the rule says where the event says null",
      said: { expires_at: null },
      ruled: { expires_in_seconds: 60 },
      at: "2026-11-21T12:01:00.000Z"
    },
    { name: "never, where the rule says null", said: {}, ruled: { expires_in_seconds: null }, at: null }
  ])("$name", ({ at, ruled, said }) => {
    assert.strictEqual(jobOf(withDelivery(said), ruled).expires_at, at)
  })
})

describe("plan: contacts", () => {
  const contacts = { email: "order.email" }
  const addressOf = (
    payload: Readonly<Record<string, unknown>>,
    overrides: Partial<NotificationRule> = { contacts }
  ) => jobOf(withPayload({ user_id: "u", ...payload }), overrides).address

  it("takes the address that the payload brings", () => {
    assert.strictEqual(addressOf({ order: { email: "guest@example.com" } }), "guest@example.com")
  })

  it.each([{}, { order: { email: "" } }, { order: { email: 7 } }, { order: null }])(
    "takes none from %j",
    (payload) => {
      assert.isNull(addressOf(payload))
    }
  )

  it("takes none where the rule names no path for the channel", () => {
    const payload = { order: { email: "guest@example.com" } }
    assert.isNull(addressOf(payload, {}))
    assert.isNull(addressOf(payload, { contacts: null }))
    assert.isNull(addressOf(payload, { contacts: { sms: "order.email" } }))
  })

  // The ledger's column holds 320 characters. What is cut is no address either, and the delivery says so.
  it("cuts what is too long to be an address", () => {
    const address = addressOf({ order: { email: `${"a".repeat(320)}@example.com` } })
    assert.strictEqual(address, "a".repeat(320))
  })
})

describe("plan: the rest", () => {
  it("has defaults", () => {
    assert.deepInclude(jobOf(checked()), {
      message_class: "transactional",
      priority: "normal",
      max_attempts: 5,
      retry_delays_seconds: null,
      locale: null
    })
  })

  it("goes by the rule", () => {
    const said = { message_class: "campaign", max_attempts: 2, retry_delays_seconds: [1, 2] } as const
    assert.deepInclude(jobOf(checked(), said), said)
    assert.isNull(jobOf(checked(), { retry_delays_seconds: null }).retry_delays_seconds)
  })

  it.prop("goes by the event over the rule", [DeliveryOptions, NotificationRule], ([delivery, said]) => {
    const options: DeliveryOptions = { ...delivery, channels: ["email"] }
    const rules = { ...said, recipients: { from: "payload", path: "user_id" } } as const
    const event = checked({ payload: { user_id: "user-1" }, delivery: options })
    const planned = plan(event, definitionOf({ ...rules, send_after_path: null, contacts: null }))
    const job = Option.getOrThrow(Array.head(Result.getOrThrow(planned)))
    assert.strictEqual(job.max_attempts, options.max_attempts ?? said.max_attempts ?? 5)
    assert.strictEqual(job.priority, options.priority ?? "normal")
    assert.strictEqual(job.locale, options.locale ?? null)
    assert.deepStrictEqual(
      job.retry_delays_seconds,
      options.retry_delays_seconds ?? said.retry_delays_seconds ?? null
    )
  })

  it.prop("gives each job an id of its own", [Schema.Array(UserId)], ([users]) => {
    const jobs = jobsOf(
      withPayload({ user_id: users }),
      rule(),
      rule({ template_code: TemplateCode.make("other") })
    )
    assert.lengthOf(jobs, 2 * Array.dedupe(users).length)
    assert.lengthOf(new Set(jobs.map(({ job_id }) => job_id)), jobs.length)
  })
})
