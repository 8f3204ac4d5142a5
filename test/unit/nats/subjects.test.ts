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
  parseEventSubject
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
  it.prop(
    "of jobs and their schedules are of one form each, whatever is in the ids",
    [Channel, Lane, Pieces, Pieces],
    ([channel, lane, id, job]) => {
      const [key, jobId] = [id.join(""), job.join("")]
      assert.strictEqual(
        jobSubject({ channel, lane, key }),
        ["jobs", channel, lane, encodeToken(key)].join(".")
      )
      assert.deepStrictEqual(laterSubject({ channel, lane, key, jobId }).split("."), [
        "jobs",
        channel,
        "later",
        lane,
        encodeToken(key),
        encodeToken(jobId)
      ])
    }
  )

  it.prop(
    "reads the event that it wrote, with the dots of its type",
    [Tokens, Tokens],
    ([[organization = ""], type]) => {
      const event = { organization, eventType: type.join(".") }
      assert.deepStrictEqual(parseEventSubject(eventSubject(event)), Option.some(event))
    }
  )

  it.prop(
    "of outcomes and dead letters are of one form each",
    [Channel, Pieces, Pieces, Pieces],
    ([channel, ...pieces]) => {
      const [first = "", second = "", third = ""] = pieces.map((piece) => piece.join(""))
      assert.deepStrictEqual(outcomeSubject({ channel, status: first, origin: "campaign" }).split("."), [
        "outcomes",
        channel,
        encodeToken(first),
        "campaign"
      ])
      assert.deepStrictEqual(
        deadLetterSubject({ stream: first, durable: second, deadLetterId: third }).split("."),
        ["dlq", ...[first, second, third].map(encodeToken)]
      )
    }
  )

  it.each(["user.created", "events.default", "events..a", "events.default.a..b", "events", ""])(
    "reads no event of ours in %s",
    (subject) => {
      assert.deepStrictEqual(parseEventSubject(subject), Option.none())
    }
  )
})
