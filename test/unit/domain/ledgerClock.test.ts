/** Which Postgres is older than the world. */

import { assert, describe, it } from "@effect/vitest"

import { LedgerClock } from "#schemas/LedgerClock.ts"
import { ageOf, seqBeyond } from "#src/domain/ledgerClock.ts"

const id = "6b1f6a0e-8a39-4d50-9d2f-2b6a1e3f4c5d"
const other = "7c2f6a0e-8a39-4d50-9d2f-2b6a1e3f4c5d"

describe("ageOf", () => {
  it.each([
    [5, null, "current"],
    [5, { ledger_id: id, seq: 4 }, "current"],
    [5, { ledger_id: id, seq: 5 }, "current"],
    [5, { ledger_id: id, seq: 6 }, "behind"],
    // A new database beside old streams, however little they know, and a stranger, however much it knows.
    [0, { ledger_id: other, seq: 0 }, "other"],
    [9, { ledger_id: other, seq: 1 }, "other"]
  ])("of a ledger at %i where NATS remembers %o is %s", (seq, known, age) => {
    assert.strictEqual(ageOf({ ledger_id: id, seq }, known), age)
  })
})

describe("seqBeyond", () => {
  it.prop(
    "makes the ledger current for whoever remembers either",
    [LedgerClock, LedgerClock],
    ([one, known]) => {
      const ledger = { ...one, ledger_id: known.ledger_id }
      const seq = seqBeyond(ledger, known)
      assert.strictEqual(ageOf({ ...ledger, seq }, known), "current")
      assert.isAbove(seq, ledger.seq)
      assert.strictEqual(seqBeyond(ledger, null), ledger.seq + 1)
    }
  )
})
