/** Has a stream lost something since we last knew it? */

import { assert, describe, it } from "@effect/vitest"

import { mayHaveLost, type StreamMark } from "#src/domain/streamMarks.ts"

const before: StreamMark = { created: "2026-11-21T12:00:00.123456789Z", server_id: "NA", last_seq: 10 }

describe("mayHaveLost", () => {
  it.each<{ what: string; now: Partial<StreamMark>; one: boolean; cluster: boolean }>([
    { what: "nothing new", now: {}, one: false, cluster: false },
    { what: "more messages", now: { last_seq: 11 }, one: false, cluster: false },
    { what: "fewer messages", now: { last_seq: 9 }, one: true, cluster: true },
    { what: "made anew", now: { created: "2026-11-21T13:00:00Z" }, one: true, cluster: true },
    {
      what: "the same creation, written otherwise",
      now: { created: "2026-11-21T12:00:00.123Z" },
      one: false,
      cluster: false
    },
    { what: "another start of the server", now: { server_id: "NB" }, one: true, cluster: false }
  ])("$what", ({ cluster, now, one }) => {
    assert.strictEqual(mayHaveLost(before, { ...before, ...now }, 1), one)
    assert.strictEqual(mayHaveLost(before, { ...before, ...now }, 3), cluster)
  })

  it("is so for a stream that we never knew", () => {
    assert.isTrue(mayHaveLost(null, before, 3))
  })
})
