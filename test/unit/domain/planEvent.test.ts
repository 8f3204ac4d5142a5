/** Every rule of acceptance, in order. */

import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"

import { EventType } from "#schemas/Ids.ts"
import { compilePayloadSchema } from "#src/domain/payloadSchema.ts"
import { type CheckedEvent } from "#src/domain/plan.ts"
import { type DefinedType, planEvent } from "#src/domain/planEvent.ts"
import { checked, definitionOf, rule } from "#test/support/events.ts"

const notBuilt = new Set(["new_film_released"])

const defined = (schema: Record<string, unknown> = {}): DefinedType => ({
  definition: definitionOf(rule()),
  checkPayload: Result.getOrThrow(compilePayloadSchema(schema))
})

const planned = (event: CheckedEvent, type: Option.Option<DefinedType> = Option.some(defined())) =>
  planEvent(event, type, notBuilt)

const refusalOf = (event: CheckedEvent, type: Option.Option<DefinedType> = Option.some(defined())) =>
  Result.getOrThrow(Result.flip(planned(event, type)))

describe("planEvent", () => {
  it("plans what passes every check", () => {
    const event = checked({ payload: { user_id: "user-1", email: "ada@example.com" } })
    const { bodyHash, jobs, profile, ...rest } = Result.getOrThrow(planned(event))
    assert.strictEqual(rest.event, event)
    assert.match(bodyHash, /^[0-9a-f]{64}$/)
    assert.lengthOf(jobs, 1)
    assert.strictEqual(profile?.email, "ada@example.com")
  })

  it("changes no profile for another type", () => {
    const event = checked({ event_type: EventType.make("order_paid") })
    assert.isNull(Result.getOrThrow(planned(event)).profile)
  })

  it("refuses a type that no one has configured", () => {
    const event = checked({ event_type: EventType.make("order_paid") })
    const refusal = refusalOf(event, Option.none())
    assert.strictEqual(refusal.reason, "unknown_event_type")
    assert.deepInclude(refusal.errors[0], { path: "event_type", got: "string" })
  })

  it("says that a name of the contract is not built, configured or not", () => {
    const event = checked({ event_type: EventType.make("new_film_released") })
    assert.strictEqual(refusalOf(event, Option.none()).reason, "not_implemented")
    assert.strictEqual(refusalOf(event).reason, "not_implemented")
  })

  it("names every wrong member of the payload", () => {
    const schema = { properties: { user_id: { type: "number" }, email: { type: "string" } } }
    const event = checked({ payload: { user_id: "u", email: 7 } })
    const { detail, errors, reason } = refusalOf(event, Option.some(defined(schema)))
    assert.strictEqual(reason, "invalid_payload")
    assert.deepStrictEqual(
      errors.map(({ path }) => path),
      ["payload.user_id", "payload.email"]
    )
    assert.strictEqual(detail, "payload.user_id: expected a number; payload.email: expected a string")
  })

  it("bounds the messages of one event, and what they keep of its payload", () => {
    const people = (count: number, rest = {}) =>
      checked({ payload: { user_id: Array.from({ length: count }, (_, n) => `user-${n}`), ...rest } })
    assert.strictEqual(Result.getOrThrow(planned(people(1000))).jobs.length, 1000)
    assert.strictEqual(refusalOf(people(1001)).reason, "invalid_payload")
    assert.include(refusalOf(people(200, { text: "x".repeat(100_000) })).detail, "bytes of payload")
  })

  it("refuses what cannot be planned", () => {
    assert.strictEqual(refusalOf(checked({ payload: {} })).reason, "invalid_payload")
  })
})
