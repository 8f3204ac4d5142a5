/** Streams and durables as a table, and which of them are not as defined. */

import { assert, describe, it } from "@effect/vitest"

import { differing, streamTable } from "#src/cli/streamTable.ts"
import { withoutLogin } from "#src/cli/withoutLogin.ts"
import { type StreamStatus } from "#src/nats/Streams.ts"

const consumer = {
  durable: "plan-events",
  exists: true,
  pending: 1,
  ackPending: 2,
  redelivered: 3,
  waitingPulls: 1,
  isPaused: false,
  differences: []
}

const stream: StreamStatus = {
  name: "EVENTS",
  exists: true,
  messages: 10,
  bytes: 2048,
  firstSequence: 1,
  lastSequence: 10,
  differences: [{ setting: "max_age", wanted: "7", found: "1", isFixed: false }],
  consumers: [consumer, { ...consumer, durable: "lost", exists: false }]
}

describe("streamTable", () => {
  it("has a line for each, and beneath it what differs", () => {
    assert.deepStrictEqual(streamTable([stream]), [
      "EVENTS                    10 messages, 2048 bytes                 differs",
      "      max_age is 1, wanted 7",
      "  plan-events             1 pending, 2 in hand, 3 repeated        as defined",
      "  lost                    1 pending, 2 in hand, 3 repeated        missing"
    ])
  })
})

describe("differing", () => {
  it("names what is missing or differs", () => {
    assert.deepStrictEqual(differing([stream]), ["EVENTS", "lost"])
  })

  it("is empty where all is as defined", () => {
    assert.deepStrictEqual(differing([{ ...stream, differences: [], consumers: [consumer] }]), [])
  })
})

describe("withoutLogin", () => {
  it("keeps the addresses alone", () => {
    assert.strictEqual(
      withoutLogin("nats://me:secret@one:4222, nats://two:4222"),
      "nats://one:4222,nats://two:4222"
    )
  })

  it("shows nothing of what it cannot read", () => {
    assert.notInclude(withoutLogin("secret@@"), "secret")
  })
})
