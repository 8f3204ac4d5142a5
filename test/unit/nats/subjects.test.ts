import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"

import { Channel } from "#schemas/Channel.ts"
import {
  deadLetterSubject,
  encodeToken,
  eventSubject,
  jobSubject,
  lanes,
  laterSubject,
  outcomeSubject,
  parseDeadLetterSubject,
  parseEventSubject,
  parseJobSubject,
  parseLaterSubject,
  parseOutcomeSubject
} from "#streams/subjects.ts"

/** Ids full of what a subject cannot hold. */
const Pieces = Schema.Array(
  Schema.Literals([".", "*", ">", " ", "%", "%2E", "a", "Z9", "-", "_", "é", "😀", "~!'()", "\n", "$JS"])
).check(Schema.isMinLength(1))
const Tokens = Schema.Array(Schema.Literals(["a", "0", "user_registered", "x-y"])).check(
  Schema.isMinLength(1)
)
const Lane = Schema.Literals(lanes)

describe("encodeToken", () => {
  it.prop(
    "leaves nothing that means something to NATS, and says different things differently",
    [Pieces, Pieces],
    ([a, b]) => {
      assert.match(encodeToken(a.join("")), /^[\w%-]+$/)
      assert.strictEqual(encodeToken(a.join("")) === encodeToken(b.join("")), a.join("") === b.join(""))
    }
  )

  it("survives half a surrogate pair", () => {
    assert.strictEqual(encodeToken("a\ud800"), "a%EF%BF%BD")
  })
})

describe("subjects", () => {
  it.prop("reads the job that it wrote", [Channel, Lane, Pieces], ([channel, lane, id]) => {
    const job = { channel, lane, key: id.join("") }
    assert.deepStrictEqual(parseJobSubject(jobSubject(job)), Option.some(job))
    assert.deepStrictEqual(parseLaterSubject(jobSubject(job)), Option.none())
  })

  it.prop("reads the schedule that it wrote", [Channel, Lane, Pieces, Pieces], ([channel, lane, id, job]) => {
    const later = { channel, lane, key: id.join(""), jobId: job.join("") }
    assert.deepStrictEqual(parseLaterSubject(laterSubject(later)), Option.some(later))
    assert.deepStrictEqual(parseJobSubject(laterSubject(later)), Option.none())
  })

  it.prop(
    "reads the event that it wrote, with the dots of its type",
    [Tokens, Tokens],
    ([[organization = ""], type]) => {
      const event = { organization, eventType: type.join(".") }
      assert.deepStrictEqual(parseEventSubject(eventSubject(event)), Option.some(event))
    }
  )

  it.prop("reads the outcome that it wrote", [Channel, Pieces], ([channel, status]) => {
    const outcome = { channel, status: status.join(""), origin: "campaign" } as const
    assert.deepStrictEqual(parseOutcomeSubject(outcomeSubject(outcome)), Option.some(outcome))
  })

  it.prop("reads the dead letter that it wrote", [Pieces, Pieces, Pieces], ([stream, durable, id]) => {
    const letter = { stream: stream.join(""), durable: durable.join(""), deadLetterId: id.join("") }
    assert.deepStrictEqual(parseDeadLetterSubject(deadLetterSubject(letter)), Option.some(letter))
  })

  it.each(["user.created", "events.default", "events..a", "events.default.a..b", "events", ""])(
    "reads no event of ours in %s",
    (subject) => {
      assert.deepStrictEqual(parseEventSubject(subject), Option.none())
    }
  )

  it.each([
    "jobs.email.tx",
    "jobs.email.slow.a",
    "jobs.email.tx.%",
    "jobs.email.tx.%61",
    "jobs.email.later.tx.a"
  ])("reads no job in %s", (subject) => {
    assert.deepStrictEqual(parseJobSubject(subject), Option.none())
  })
})
