/** Waiting before the next attempt: never too early, never too long, the same again for the same failure. */

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { RetryDelays } from "#schemas/Event.ts"
import { JobId } from "#schemas/Ids.ts"
import { retryDelay_seconds } from "#src/domain/retryPolicy.ts"
import { jobId } from "#test/support/jobs.ts"

/** 1 for the first; beyond any list of delays. */
const AttemptNumber = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))
/** Mostly none, as with SMTP. */
const Asked_seconds = Schema.Union([
  Schema.Literal(0),
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))
])

const waitOf = (
  attempt: number,
  delays: ReadonlyArray<number> | null,
  { asked_seconds = 0, id = jobId(1) } = {}
) => retryDelay_seconds({ attempt, message_id: id, retry_delays_seconds: delays }, asked_seconds)

const listed = (delays: ReadonlyArray<number>, attempt: number): number =>
  delays[Math.min(attempt, delays.length) - 1] ?? 0

describe("retry: the job's own delays", () => {
  it.prop(
    "are never shortened, and lengthened by a fifth at most",
    [AttemptNumber, RetryDelays, JobId],
    ([attempt, delays, id]) => {
      const wait = waitOf(attempt, delays, { id })
      assert.isAtLeast(wait, listed(delays, attempt))
      assert.isAtMost(wait, listed(delays, attempt) * 1.2)
    }
  )

  it.each([
    { attempt: 1, atLeast: 5 },
    { attempt: 2, atLeast: 30 },
    { attempt: 4, atLeast: 600 },
    { attempt: 5, atLeast: 600 }
  ])("of [5, 30, 120, 600] after attempt $attempt: $atLeast s", ({ atLeast, attempt }) => {
    const wait = waitOf(attempt, [5, 30, 120, 600])
    assert.isAtLeast(wait, atLeast)
    assert.isAtMost(wait, atLeast * 1.2)
  })

  it("may be nothing at all", () => {
    assert.strictEqual(waitOf(1, [0]), 0)
  })
})

describe("retry: our own backoff", () => {
  it.prop("lies between one second and 5 s doubling to one hour", [AttemptNumber, JobId], ([attempt, id]) => {
    const wait = waitOf(attempt, null, { id })
    assert.isAtLeast(wait, 1)
    assert.isAtMost(wait, Math.min(3600, 5 * 2 ** (attempt - 1)))
    assert.strictEqual(waitOf(attempt, [], { id }), wait)
  })

  it("spreads a crowd that failed together over the whole of its time", () => {
    const waits = Array.from({ length: 2000 }, (_, n) => waitOf(20, null, { id: jobId(n) }))
    const inQuarter = (quarter: number) => waits.filter((wait) => Math.floor(wait / 900) === quarter).length
    for (const quarter of [0, 1, 2, 3]) assert.closeTo(inQuarter(quarter), 500, 100)
  })
})

describe("retryDelay_seconds", () => {
  it.prop(
    "is never less than the provider asked for, and the same for the same failure",
    [AttemptNumber, Schema.NullOr(RetryDelays), Asked_seconds, JobId],
    ([attempt, delays, asked_seconds, id]) => {
      const wait = waitOf(attempt, delays, { asked_seconds, id })
      assert.isAtLeast(wait, asked_seconds)
      assert.strictEqual(waitOf(attempt, delays, { asked_seconds, id }), wait)
      assert.strictEqual(Math.max(waitOf(attempt, delays, { id }), asked_seconds), wait)
    }
  )
})
