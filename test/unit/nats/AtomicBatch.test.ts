import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"

import { type Ack } from "#src/nats/ack.ts"
import { AtomicBatch } from "#src/nats/AtomicBatch.ts"
import { type Outgoing } from "#src/nats/Outgoing.ts"

const ack = (body: unknown): Ack => ({ data: new Uint8Array(1), string: () => JSON.stringify(body) })
const begun: Ack = { data: new Uint8Array(), string: () => "" }
const refused = (description: string) => ack({ error: { code: 400, description } })

/** A batch of `count` that was sent, with what was sent and how it ended. */
const sendBatch = (count: number) => {
  const sent: Array<Outgoing> = []
  const ends: Array<Option.Option<string>> = []
  const messages = Array.from({ length: count }, (_, n) => ({
    subject: `s.${n}`,
    data: new Uint8Array(),
    headers: { own: String(n) }
  }))
  const batch = new AtomicBatch(messages, "b1", (whyNot) => ends.push(whyNot))
  batch.takeOff((message) => {
    sent.push(message)
    return Result.succeed(undefined)
  })
  return { batch, sent, ends }
}

describe("AtomicBatch", () => {
  it("numbers its messages, keeps their headers and commits with the last", () => {
    assert.deepStrictEqual(
      sendBatch(2).sent.map(({ headers }) => headers),
      [
        { own: "0", "Nats-Batch-Id": "b1", "Nats-Batch-Sequence": "1" },
        { own: "1", "Nats-Batch-Id": "b1", "Nats-Batch-Sequence": "2", "Nats-Batch-Commit": "1" }
      ]
    )
  })

  it("is stored when the last answer counts all of it", () => {
    const { batch, ends } = sendBatch(2)
    batch.answer(0, begun)
    assert.deepStrictEqual(ends, [])
    batch.answer(1, ack({ stream: "S", seq: 2, batch: "b1", count: 2 }))
    assert.deepStrictEqual(ends, [Option.none()])
  })

  it("gives the first error as the reason", () => {
    const { batch, ends } = sendBatch(2)
    batch.answer(0, refused("atomic publish is disabled"))
    assert.deepStrictEqual(ends, [Option.some("atomic publish is disabled")])
  })

  it.each([
    { answer: begun, why: "no stream takes this subject" },
    { answer: ack({ stream: "S", seq: 2, count: 1 }), why: "stored as 1 messages" },
    { answer: ack({ stream: "S", seq: 2 }), why: "stored as 0 messages" },
    { answer: { ...begun, data: new Uint8Array(1) }, why: "unreadable acknowledgement" }
  ])("is not stored: $why", ({ answer, why }) => {
    const { batch, ends } = sendBatch(2)
    batch.answer(1, answer)
    assert.deepStrictEqual(ends, [Option.some(why)])
  })

  it("says why the client would not send it", () => {
    const ends: Array<Option.Option<string>> = []
    const batch = new AtomicBatch([{ subject: "s", data: new Uint8Array() }], "b1", (whyNot) =>
      ends.push(whyNot)
    )
    batch.takeOff(() => Result.fail("too large"))
    assert.deepStrictEqual(ends, [Option.some("too large")])
  })
})
